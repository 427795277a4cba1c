import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { MAJA, Server, provideAgentSide } from '../../testing/agent-side';
import { aTicket, anAttachment } from '../../testing/api-objects';
import { aFile, drop } from '../../testing/files';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { type Page, render } from '../../testing/page';
import { type ReplyDraft } from '../editor/reply-draft';
import { NewTicket } from './new-ticket';

const OPEN = 'POST /api/tickets';

describe('a new ticket for a customer', () => {
  let server: Server;
  let page: Page<NewTicket>;

  beforeEach(() => {
    localStorage.clear();
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    server = new Server();
  });

  async function show(inputs: Record<string, unknown> = {}): Promise<void> {
    page = render(NewTicket, inputs);
    await server.work(page);
  }

  async function fill(): Promise<void> {
    page.type('Requester’s email', 'new@example.com');
    page.type('Requester’s name (optional)', 'New Customer');
    page.type('Subject', 'Called about the battery');
    page.type('What it is about', 'It does not charge.');
    await page.turn();
  }

  it('goes out with everything, and leads to the ticket', async () => {
    await show();
    await fill();
    server.on(OPEN, () => aTicket({ number: 77 }));
    page.submit();
    await server.work(page);
    await page.settle();
    expect(server.made(OPEN)[0]?.body).toEqual({
      subject: 'Called about the battery',
      body: 'It does not charge.',
      priority: 'normal',
      tags: [],
      attachmentIds: [],
      requesterEmail: 'new@example.com',
      requesterName: 'New Customer',
    });
    expect(TestBed.inject(Router).url).toBe('/tickets/77');
    expect(Object.keys(localStorage)).toEqual([]);
  });

  it('names what is missing and sends nothing', async () => {
    await show();
    page.submit();
    await server.work(page);
    expect(page.text).toContain('A subject is needed.');
    expect(page.text).toContain('Some words are needed.');
    expect(server.made(OPEN)).toEqual([]);
  });

  it('keeps the words after a failure and tries again under the same key', async () => {
    await show();
    await fill();
    server.on(OPEN, () => ({ refused: 503 }));
    page.submit();
    await server.work(page);
    expect(page.alert()).toContain('The server is starting or being updated');
    expect(page.field('Subject').value).toBe('Called about the battery');
    page.submit();
    await server.work(page);
    const [first, second] = server.made(OPEN).map((call) => call.headers.get('Idempotency-Key'));
    expect(second).toBe(first);
  });

  it('keeps a draft', async () => {
    await show();
    await fill();
    TestBed.resetTestingModule();
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    server = new Server();
    await show();
    expect(page.field('Subject').value).toBe('Called about the battery');
  });

  it('takes customer and subject from the ticket it follows', async () => {
    server.on('GET /api/tickets/4812', () => aTicket());
    await show({ followUpOf: '4812' });
    expect(page.field('Requester’s email').value).toBe('katrin@kitarad.example');
    page.type('What it is about', 'It is back.');
    server.on(OPEN, () => aTicket({ number: 78 }));
    page.submit();
    await server.work(page);
    expect(server.made(OPEN)[0]?.body).toMatchObject({ followUpOf: '4812', subject: 'Battery shows E-04' });
  });

  it('goes out with the file that it waited for, and with no word typed while it is sent', async () => {
    await show();
    await fill();
    drop(page.host.querySelector('form'), aFile('photo.png'));
    page.submit();
    await server.work(page);
    expect(page.text).toContain('Opens when the files are there');
    expect(server.made(OPEN)).toEqual([]);
    server.on('POST /api/attachments', () => ({ items: [anAttachment({ id: 'a' })] }));
    await server.work(page);
    expect(page.field('What it is about').readOnly).toBe(true);
    server.on(OPEN, () => aTicket({ number: 77 }));
    await server.work(page);
    expect(server.made(OPEN)[0]?.body).toMatchObject({ attachmentIds: ['a'] });
  });

  it('stays here when its file is refused meanwhile', async () => {
    await show();
    await fill();
    drop(page.host.querySelector('form'), aFile('tool.png'));
    server.on(OPEN, () => aTicket({ number: 77 }));
    server.on('POST /api/attachments', () => ({ refused: 415, body: { detail: 'No programs, please.' } }));
    page.submit();
    await server.work(page);
    expect(server.made(OPEN)).toEqual([]);
    expect(page.alert()).toContain('A file was refused, and nothing is sent');
    page.button('Remove tool.png').click();
    await page.turn();
    expect(page.alert()).toBe('');
  });

  it('stays here when the page is left before its file is there', async () => {
    await show();
    await fill();
    drop(page.host.querySelector('form'), aFile('photo.png'));
    server.on(OPEN, () => aTicket({ number: 77 }));
    page.submit();
    await server.work(page);
    page.leave();
    await show();
    expect(server.made(OPEN)).toEqual([]);
    expect(page.field('Subject').value).toBe('Called about the battery');
  });

  it('says so when the device keeps no drafts', async () => {
    const full = jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await show();
    await fill();
    full.mockRestore();
    expect(page.text).toContain('This device keeps no drafts');
    expect(page.text).not.toContain('Draft saved');
  });

  describe('that follows a closed one', () => {
    const REPLY = `ticket.${MAJA.id}.${aTicket().id}.reply`;
    const keep = (body: string) =>
      TestBed.inject(Drafts).write<ReplyDraft>(REPLY, { body, attachments: [anAttachment()], key: null });

    beforeEach(() => {
      server.on('GET /api/tickets/4812', () => aTicket({ status: 'closed' }));
    });

    it('has a draft of its own', async () => {
      await show();
      await fill();
      page.leave();
      await show({ followUpOf: '4812' });
      expect(page.field('Requester’s email').value).toBe('katrin@kitarad.example');
      expect(page.field('What it is about').value).toBe('');
      page.type('What it is about', 'It is back.');
      page.leave();
      await show();
      expect(page.field('What it is about').value).toBe('It does not charge.');
    });

    it('takes the reply along that the closed one did not get, with its files, and once', async () => {
      keep('Half a reply');
      await show({ followUpOf: '4812' });
      expect(page.field('What it is about').value).toBe('Half a reply');
      page.type('What it is about', 'A whole one');
      page.leave();
      await show({ followUpOf: '4812' });
      expect(page.field('What it is about').value).toBe('A whole one');
      server.on(OPEN, () => aTicket({ number: 78 }));
      page.submit();
      await server.work(page);
      expect(server.made(OPEN)[0]?.body).toMatchObject({
        body: 'A whole one',
        attachmentIds: [anAttachment().id],
      });
      expect(TestBed.inject(Drafts).read(REPLY)).toBeNull();
    });

    it('leaves the reply where it is when it is discarded', async () => {
      keep('Half a reply');
      await show({ followUpOf: '4812' });
      page.button('Discard').click();
      await page.turn();
      expect(TestBed.inject(Drafts).read<ReplyDraft>(REPLY)?.body).toBe('Half a reply');
    });
  });
});
