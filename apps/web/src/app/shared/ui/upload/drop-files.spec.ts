import { ChangeDetectionStrategy, Component } from '@angular/core';
import { render } from '../../../testing/page';
import { DropFiles } from './drop-files';

@Component({
  selector: 'desk-drop-host',
  imports: [DropFiles],
  template: `
    <div deskDropFiles (dropped)="files = $event"></div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
class DropHost {
  files: File[] = [];
}

const PHOTO = new File(['x'], 'photo.png', { type: 'image/png' });

function send(on: Element | null, type: string, data: { types: string[]; files?: File[] }): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const transfer = { files: [], ...data };
  Object.assign(event, type === 'paste' ? { clipboardData: transfer } : { dataTransfer: transfer });
  on?.dispatchEvent(event);
  return event;
}

describe('a place for files', () => {
  it('takes what is dropped, and shows that it would', async () => {
    const page = render(DropHost);
    const place = page.host.querySelector('div');
    send(place, 'dragenter', { types: ['Files'] });
    await page.turn();
    expect(place?.classList).toContain('over');
    expect(send(place, 'dragover', { types: ['Files'] }).defaultPrevented).toBe(true);
    send(place, 'drop', { types: ['Files'], files: [PHOTO] });
    await page.turn();
    expect(place?.classList).not.toContain('over');
    expect(page.component.files).toEqual([PHOTO]);
  });

  it('leaves dragged text alone', () => {
    const page = render(DropHost);
    const place = page.host.querySelector('div');
    expect(send(place, 'dragover', { types: ['text/plain'] }).defaultPrevented).toBe(false);
    expect(send(place, 'drop', { types: ['text/plain'] }).defaultPrevented).toBe(false);
  });

  it('takes a pasted picture', () => {
    const page = render(DropHost);
    send(page.host.querySelector('div'), 'paste', { types: ['Files'], files: [PHOTO] });
    expect(page.component.files).toEqual([PHOTO]);
  });

  it('pastes text as text, although a picture of it lies beside', () => {
    const page = render(DropHost);
    const paste = send(page.host.querySelector('div'), 'paste', {
      types: ['text/plain', 'Files'],
      files: [PHOTO],
    });
    expect(paste.defaultPrevented).toBe(false);
    expect(page.component.files).toEqual([]);
  });
});
