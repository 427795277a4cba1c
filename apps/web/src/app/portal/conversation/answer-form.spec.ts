import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  type TestRequest,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session } from '../../session/session';
import { aMessage, aTicket, aUser, anAttachment } from '../../testing/api-objects';
import { aFile, drop } from '../../testing/files';
import { type Page, render } from '../../testing/page';
import { AnswerForm } from './answer-form';

const MESSAGES = `/api/tickets/${aTicket().id}/messages`;

describe('an answer', () => {
  let server: HttpTestingController;
  let page: Page<AnswerForm>;

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { user: signal(aUser()) } },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(AnswerForm, { ticket: aTicket() });
  });

  const attach = async (): Promise<TestRequest> => {
    drop(page.host.querySelector('form'), aFile('photo.png'));
    await page.turn();
    return server.expectOne('/api/attachments');
  };
  const send = async () => {
    page.button('Send answer').click();
    await page.turn();
  };
  const kept = () => localStorage.getItem(`liftdesk.draft.answer.${aUser().id}.${aTicket().id}`) ?? '';

  it('goes out with the file that it waited for', async () => {
    page.type('Your answer', 'See the picture');
    const upload = await attach();
    await send();
    server.expectNone(MESSAGES);
    expect(page.text).toContain('goes out as soon as the files are there');
    upload.flush({ items: [anAttachment({ id: 'a' })] });
    await page.turn();
    expect(server.expectOne(MESSAGES).request.body).toEqual({
      body: 'See the picture',
      attachmentIds: ['a'],
    });
  });

  it('stays here when the page is left before the file is there', async () => {
    page.type('Your answer', 'See the picture');
    await attach();
    await send();
    page.leave();
    for (let i = 0; i < 5; i++) await Promise.resolve();
    server.expectNone(MESSAGES);
    expect(kept()).toContain('See the picture');
  });

  it('stays here when its file is refused meanwhile, and says why', async () => {
    page.type('Your answer', 'See the picture');
    const upload = await attach();
    await send();
    upload.flush({ detail: 'No programs, please.' }, { status: 415, statusText: 'x' });
    await page.turn();
    server.expectNone(MESSAGES);
    expect(page.text).toContain('No programs, please.');
    expect(page.text).toContain('A file was refused, and nothing is sent');
    expect(page.field('Your answer').value).toBe('See the picture');
    await send();
    expect(server.expectOne(MESSAGES).request.body).toMatchObject({ attachmentIds: [] });
  });

  it('takes no word while it is sent, and keeps a file that is added then', async () => {
    const field = page.field('Your answer');
    page.type('Your answer', 'Sand, please');
    await send();
    expect(field.readOnly).toBe(true);
    const upload = await attach();
    server.expectOne(MESSAGES).flush(aMessage());
    await page.turn();
    expect(field.readOnly).toBe(false);
    expect(field.value).toBe('');
    upload.flush({ items: [anAttachment({ filename: 'photo.png' })] });
    await page.turn();
    expect(page.text).toContain('photo.png');
    expect(kept()).toContain('photo.png');
  });

  it('takes words while it waits for its files', async () => {
    page.type('Your answer', 'See the picture');
    await attach();
    await send();
    expect(page.field('Your answer').readOnly).toBe(false);
  });

  it('hears a held key and a double click once', async () => {
    page.type('Your answer', 'Sand, please');
    await send();
    server.expectOne(MESSAGES).flush(aMessage());
    await page.turn();
    page
      .field('Your answer')
      .dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, repeat: true }));
    const again = new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 });
    page.button('Send answer').dispatchEvent(again);
    await page.turn();
    expect(again.defaultPrevented).toBe(true);
    expect(page.text).not.toContain('Write something first');
  });
});
