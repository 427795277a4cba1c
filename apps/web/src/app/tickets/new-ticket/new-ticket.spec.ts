import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { Server, provideAgentSide } from '../../testing/agent-side';
import { aTicket } from '../../testing/api-objects';
import { type Page, render } from '../../testing/page';
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
});
