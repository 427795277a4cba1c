import { ChangeDetectionStrategy, Component, signal } from '@angular/core';
import { bring } from '../../../testing/files';
import { render } from '../../../testing/page';
import { DropFiles } from './drop-files';

@Component({
  selector: 'desk-drop-host',
  imports: [DropFiles],
  template: `
    <div deskDropFiles [taking]="taking()" (dropped)="files = $event"></div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
class DropHost {
  readonly taking = signal(true);
  files: File[] = [];
}

const PHOTO = new File(['x'], 'photo.png', { type: 'image/png' });

describe('a place for files', () => {
  it('takes what is dropped, and shows that it would', async () => {
    const page = render(DropHost);
    const place = page.host.querySelector('div');
    bring(place, 'dragenter', { types: ['Files'] });
    await page.turn();
    expect(place?.classList).toContain('over');
    expect(bring(place, 'dragover', { types: ['Files'] }).defaultPrevented).toBe(true);
    bring(place, 'drop', { types: ['Files'], files: [PHOTO] });
    await page.turn();
    expect(place?.classList).not.toContain('over');
    expect(page.component.files).toEqual([PHOTO]);
  });

  it('leaves dragged text alone', () => {
    const page = render(DropHost);
    const place = page.host.querySelector('div');
    expect(bring(place, 'dragover', { types: ['text/plain'] }).defaultPrevented).toBe(false);
    expect(bring(place, 'drop', { types: ['text/plain'] }).defaultPrevented).toBe(false);
  });

  it('takes a pasted picture', () => {
    const page = render(DropHost);
    bring(page.host.querySelector('div'), 'paste', { types: ['Files'], files: [PHOTO] });
    expect(page.component.files).toEqual([PHOTO]);
  });

  it('pastes text as text, although a picture of it lies beside', () => {
    const page = render(DropHost);
    const paste = bring(page.host.querySelector('div'), 'paste', {
      types: ['text/plain', 'Files'],
      files: [PHOTO],
    });
    expect(paste.defaultPrevented).toBe(false);
    expect(page.component.files).toEqual([]);
  });

  it('lets nobody lose the page to a file that falls beside it', () => {
    const page = render(DropHost);
    const files = { types: ['Files'], files: [PHOTO] };
    expect(bring(document.body, 'dragover', files).defaultPrevented).toBe(true);
    expect(bring(document.body, 'drop', files).defaultPrevented).toBe(true);
    expect(bring(document.body, 'drop', { types: ['text/plain'] }).defaultPrevented).toBe(false);
    expect(page.component.files).toEqual([]);
    page.leave();
    expect(bring(document.body, 'drop', files).defaultPrevented).toBe(false);
  });

  it('takes nothing while there is nothing to add files to, and keeps the page', async () => {
    const page = render(DropHost);
    page.component.taking.set(false);
    await page.turn();
    const place = page.host.querySelector('div');
    const files = { types: ['Files'], files: [PHOTO] };
    bring(place, 'dragenter', files);
    await page.turn();
    expect(place?.classList).not.toContain('over');
    expect(bring(place, 'drop', files).defaultPrevented).toBe(true);
    expect(page.component.files).toEqual([]);
  });
});
