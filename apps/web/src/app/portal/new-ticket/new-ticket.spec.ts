import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  type TestRequest,
  provideHttpClientTesting,
} from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { Session } from '../../session/session';
import { aTicket, aUser, anAttachment } from '../../testing/api-objects';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { aFile, drop } from '../../testing/files';
import { type Page, provideAnyRoute, render } from '../../testing/page';
import { type AnswerDraft, answerDraftKey } from '../conversation/answer-draft';
import { NewTicketPage } from './new-ticket';

describe('the new ticket page', () => {
  let server: HttpTestingController;
  let page: Page<NewTicketPage>;

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideAnyRoute(),
        { provide: Session, useValue: { user: signal(aUser()) } },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(NewTicketPage);
  });

  const write = () => {
    page.type('Subject', 'Battery blinks red');
    page.type('What happened?', 'It does not start.');
  };
  const send = async (): Promise<TestRequest> => {
    page.submit();
    await page.turn();
    return server.expectOne('/api/tickets');
  };
  const keyOf = (request: TestRequest) => request.request.headers.get('Idempotency-Key');
  const fail = async (request: TestRequest, status: number, body: object = {}) => {
    if (status === 0) request.error(new ProgressEvent('error'));
    else request.flush(body, { status, statusText: 'x' });
    await page.turn();
  };

  it('sends what was typed and opens the conversation', async () => {
    write();
    const request = await send();
    expect(request.request.body).toEqual({
      subject: 'Battery blinks red',
      body: 'It does not start.',
      attachmentIds: [],
    });
    request.flush(aTicket({ number: 4822 }));
    await page.settle();
    expect(TestBed.inject(Router).url).toBe('/my/tickets/4822');
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('keeps the text when the connection fails, and tries again as the same ticket', async () => {
    write();
    const first = await send();
    await fail(first, 0);
    expect(page.alert()).toContain('No connection to the server');
    expect(page.field('What happened?').value).toBe('It does not start.');
    const second = await send();
    expect(keyOf(second)).toBe(keyOf(first));
    expect(keyOf(first)).toBeTruthy();
  });

  it('keeps the key over a reload, so that a try nobody saw arrive is not doubled', async () => {
    write();
    const first = await send();
    await fail(first, 503);
    page = render(NewTicketPage);
    expect(page.field('Subject').value).toBe('Battery blinks red');
    expect(keyOf(await send())).toBe(keyOf(first));
  });

  it('takes a new key after a plain refusal', async () => {
    write();
    const first = await send();
    await fail(first, 400, { errors: [{ pointer: '/subject', detail: 'A subject is needed' }] });
    expect(page.text).toContain('A subject is needed');
    expect(keyOf(await send())).not.toBe(keyOf(first));
  });

  it('says so when an earlier try with other words had arrived', async () => {
    write();
    await fail(await send(), 422, { type: 'https://liftdesk.example/problems/idempotency-mismatch' });
    expect(page.alert()).toContain('Your first try had arrived');
    expect(page.field('What happened?').value).toBe('It does not start.');
  });

  it('has the draft back after a reload, files included', async () => {
    const upload = anAttachment({ filename: 'photo.png' });
    const stored = { subject: 'Battery', body: 'Kept', attachments: [upload], key: 'k' };
    localStorage.setItem(
      `liftdesk.draft.new-ticket.${aUser().id}`,
      JSON.stringify({ savedAt: Date.now(), value: stored }),
    );
    page = render(NewTicketPage);
    expect(page.field('What happened?').value).toBe('Kept');
    expect(page.text).toContain('photo.png');
    const request = await send();
    expect(request.request.body.attachmentIds).toEqual([upload.id]);
  });

  it('names the empty fields and sends nothing', async () => {
    page.submit();
    await page.turn();
    server.expectNone('/api/tickets');
    expect(page.text).toContain('Tell us what happened');
  });

  it('links a follow-up to the closed ticket', async () => {
    page = render(NewTicketPage, { followUpOf: '4420' });
    server.expectOne('/api/tickets/4420').flush(aTicket({ number: 4420, subject: 'Brake pads' }));
    await page.turn();
    expect(page.text).toContain('Brake pads');
    write();
    expect((await send()).request.body.followUpOf).toBe('4420');
  });

  describe('after a ticket that was closed before its answer was sent', () => {
    const closed = aTicket({ number: 4420, subject: 'Brake pads' });
    const key = answerDraftKey(aUser().id, closed.id);
    const answer = () => TestBed.inject(Drafts).read<AnswerDraft>(key);
    const writeAnswer = (body: string) =>
      TestBed.inject(Drafts).write<AnswerDraft>(key, {
        body,
        attachments: [anAttachment({ id: 'a' })],
        key: 'k',
      });
    const open = async () => {
      page = render(NewTicketPage, { followUpOf: '4420' });
      server.expectOne('/api/tickets/4420').flush(closed);
      await page.turn();
    };

    beforeEach(() => writeAnswer('Half an answer'));

    it('takes the answer along, and leaves it there until it is sent', async () => {
      await open();
      expect(page.field('Subject').value).toBe('Brake pads');
      expect(page.field('What happened?').value).toBe('Half an answer');
      const request = await send();
      expect(request.request.body).toMatchObject({ body: 'Half an answer', attachmentIds: ['a'] });
      expect(answer()).not.toBeNull();
      request.flush(aTicket({ number: 4822 }));
      await page.settle();
      expect(answer()).toBeNull();
    });

    it('puts the answer behind what the follow-up says already, once', async () => {
      page = render(NewTicketPage, { followUpOf: '4420' });
      page.type('What happened?', 'Words of before');
      server.expectOne('/api/tickets/4420').flush(closed);
      await page.turn();
      await open();
      expect(page.field('What happened?').value).toBe('Words of before\n\nHalf an answer');
    });

    it('leaves an answer alone that was written on since', async () => {
      await open();
      const request = await send();
      writeAnswer('Half an answer, and more');
      request.flush(aTicket({ number: 4822 }));
      await page.settle();
      expect(answer()?.body).toBe('Half an answer, and more');
    });
  });

  describe('with a file on its way', () => {
    let upload: TestRequest;

    beforeEach(async () => {
      write();
      drop(page.host.querySelector('form'), aFile('photo.png'));
      await page.turn();
      upload = server.expectOne('/api/attachments');
      page.submit();
      await page.turn();
      server.expectNone('/api/tickets');
    });

    it('goes out when the file is there, and takes no word while it is sent', async () => {
      expect(page.text).toContain('goes out as soon as the files are there');
      expect(page.field('What happened?').readOnly).toBe(false);
      upload.flush({ items: [anAttachment({ id: 'a' })] });
      await page.turn();
      expect(server.expectOne('/api/tickets').request.body).toMatchObject({ attachmentIds: ['a'] });
      expect(page.field('What happened?').readOnly).toBe(true);
    });

    it('stays here when the page is left', async () => {
      page.leave();
      for (let i = 0; i < 5; i++) await Promise.resolve();
      server.expectNone('/api/tickets');
      page = render(NewTicketPage);
      expect(page.field('What happened?').value).toBe('It does not start.');
    });

    it('stays here when the file is refused, until it goes without', async () => {
      upload.flush({ detail: 'No programs, please.' }, { status: 415, statusText: 'x' });
      await page.turn();
      server.expectNone('/api/tickets');
      expect(page.text).toContain('A file was refused, and nothing is sent');
      expect((await send()).request.body).toMatchObject({ attachmentIds: [] });
    });
  });

  it('claims no draft where the device keeps none', async () => {
    const full = jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    write();
    await page.turn();
    full.mockRestore();
    expect(page.text).toContain('This device keeps no drafts');
    expect(page.text).not.toContain('is saved on this device');
  });
});
