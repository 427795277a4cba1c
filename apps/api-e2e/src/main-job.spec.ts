import { sampleFiles } from '@liftdesk/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltApi, Installation } from './harness/built-api';
import { Client, Message, Page, Ticket } from './harness/client';

const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

describe('the main job, over HTTP on the built product', () => {
  const installation = new Installation();
  let api: BuiltApi;
  let ana: Client;
  let maja: Client;

  beforeAll(async () => {
    installation.migrate().addUser('agent', AGENT.email, AGENT.password);
    api = await installation.start();
    ana = new Client(api.origin);
    maja = await new Client(api.origin).signIn(AGENT.email, AGENT.password);
  });
  afterAll(async () => {
    await api?.stop();
    installation.remove();
  });

  it('goes from a customer to an agent and back', async () => {
    const pdf = new Uint8Array(sampleFiles.pdf());
    const photo = new Uint8Array(sampleFiles.jpeg());

    const account = { email: 'ana@example.com', password: 'a password for ana', name: 'Ana Müller' };
    ana.token = (await ana.post<{ accessToken: string }>('/auth/register', account)).accessToken;

    const staged = await ana.stage(
      { name: '請求書 "März".pdf', bytes: pdf },
      { name: 'photo.jpg', bytes: photo },
    );
    const opened = await ana.post<Ticket>(
      '/tickets',
      {
        subject: 'The lift is stuck',
        body: 'Between **two** floors.',
        attachmentIds: staged.map(({ id }) => id),
      },
      { 'Idempotency-Key': 'open-1' },
    );
    expect(opened).toMatchObject({ status: 'new', attachmentCount: 2 });

    const queue = await maja.get<Page<Ticket>>('/tickets?assignee=none&status=new');
    expect(queue.items.map(({ id }) => id)).toEqual([opened.id]);
    expect(queue.items[0]?.unread).toBe(true);
    const found = await maja.get<Page<Ticket>>(
      `/tickets?q=${encodeURIComponent('lift status:new from:ana')}`,
    );
    expect(found.items.map(({ id }) => id)).toEqual([opened.id]);

    await maja.call('PATCH', `/tickets/${opened.number}`, { assigneeId: await idOf(maja), priority: 'high' });
    await maja.post(`/tickets/${opened.id}/messages`, { body: 'We are coming.' });
    await maja.post(`/tickets/${opened.id}/messages`, { body: 'The quokka did it.', kind: 'note' });
    await maja.post(`/tickets/${opened.id}/messages`, { body: 'It runs again.', status: 'solved' });

    const seen = await ana.get<Ticket>(`/tickets/${opened.id}`);
    expect(seen).toMatchObject({ status: 'solved', unread: true });
    const { items } = await ana.get<Page<Message>>(`/tickets/${opened.id}/messages`);
    expect(items.map(({ body }) => body)).toEqual([
      'Between **two** floors.',
      'We are coming.',
      'It runs again.',
    ]);

    const [pdfFile, photoFile] = items[0]?.attachments ?? [];
    const saved = await ana.download(pdfFile?.id ?? '');
    expect(saved.bytes.equals(pdf)).toBe(true);
    expect(saved.headers.get('content-type')).toBe('application/pdf');
    expect(decodeURIComponent(saved.headers.get('content-disposition')?.split("''")[1] ?? '')).toBe(
      '請求書 "März".pdf',
    );
    expect((await maja.download(photoFile?.id ?? '')).bytes.equals(photo)).toBe(true);

    await ana.post(`/tickets/${opened.id}/messages`, { body: 'It is stuck again.' });
    const reopened = await maja.get<Ticket>(`/tickets/${opened.id}`);
    expect(reopened).toMatchObject({ status: 'open', unread: true });
    const events = await maja.get<Page<{ type: string }>>(`/tickets/${opened.id}/events`);
    expect(events.items.map(({ type }) => type)).toEqual([
      'created',
      'priority',
      'assignee',
      'reply',
      'status',
      'note',
      'reply',
      'status',
      'reply',
      'status',
    ]);
  });

  it('is watched: live, ready and healthy', async () => {
    for (const [path, status] of [
      ['/health/live', 'alive'],
      ['/health/ready', 'ready'],
    ] as const) {
      const answer = await fetch(`${api.origin}${path}`);
      expect([answer.status, await answer.json()]).toEqual([200, { status }]);
    }
    const health = (await (await fetch(`${api.origin}/health`)).json()) as Record<string, unknown>;
    expect(Object.keys(health).sort()).toEqual(['checks', 'status', 'timestamp', 'uptime', 'version']);
  });

  it('is described by the document that is committed', async () => {
    const served: unknown = await (await fetch(`${api.origin}/api/docs-json`)).json();
    const committed: unknown = JSON.parse(readFileSync(join(__dirname, '../../api/openapi.json'), 'utf8'));
    expect(served).toEqual(committed);
  });
});

async function idOf(client: Client): Promise<string> {
  return (await client.get<{ id: string }>('/auth/me')).id;
}
