import { freePort } from '@liftdesk/testing';
import { once } from 'node:events';
import { type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { AGENT, BuiltDesk } from './harness/desk';
import { type Answer, type Question, RenderedNginx } from './harness/nginx';
import { describeWith } from './harness/run';

const CLIENT = 'app/current/dist/apps/web/browser';
const PAGE = '<!doctype html><desk-root ngCspNonce="__CSP_NONCE__"></desk-root>';

describeWith(['root', 'nginx'], 'the built desk behind the rendered nginx', () => {
  let nginx: RenderedNginx;
  let desk: BuiltDesk;
  let token: string;

  beforeAll(async () => {
    const port = await freePort();
    nginx = await RenderedNginx.prepare({ PORT: String(port) });
    nginx.put(`${CLIENT}/index.html`, PAGE);
    nginx.put(`${CLIENT}/main-5QF7A3XY.js`, 'run()');
    desk = await BuiltDesk.start(nginx.scratch.path(CLIENT), port);
    await nginx.start();
    token = (await json<{ accessToken: string }>('/api/auth/login', { method: 'POST', ...asJson(AGENT) }))
      .accessToken;
  });
  afterAll(async () => {
    await nginx?.stop();
    await desk?.stop();
  });

  const asJson = (body: object): Question => ({
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  const asAgent = (question: Question = {}): Question => ({
    ...question,
    headers: { ...question.headers, Authorization: `Bearer ${token}` },
  });
  const ask = (path: string, question?: Question): Promise<Answer> => nginx.ask(path, question);

  async function json<T>(path: string, question?: Question): Promise<T> {
    const { status, body } = await ask(path, question);
    if (status >= 300) throw new Error(`${path}: ${status} ${body}`);
    return JSON.parse(body.toString()) as T;
  }

  const aTicket = (subject: string): Promise<{ id: string }> =>
    json('/api/tickets', asAgent({ method: 'POST', ...asJson({ subject, body: 'Hello' }) }));

  it('gives its page to every address of the client, with a nonce that is new each time', async () => {
    const pages = await Promise.all(
      ['/', '/tickets/42', '/tickets/42'].map((path) => ask(path, { headers: { Accept: 'text/html' } })),
    );
    const nonces = pages.map(({ status, headers, body }) => {
      const nonce = /ngCspNonce="([^"]+)"/.exec(body.toString())?.[1] ?? '';
      expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
      expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
      return nonce;
    });
    expect(new Set(nonces).size).toBe(3);
  });

  it('has 404 for a file that is missing, and never its page', async () => {
    for (const path of ['/main-AAAABBBB.js', '/missing.png'])
      expect(await ask(path, { headers: { Accept: '*/*' } })).toMatchObject({
        status: 404,
        headers: { 'content-type': expect.stringContaining('problem+json') },
      });
    expect((await ask('/main-5QF7A3XY.js')).body.toString()).toBe('run()');
  });

  it('keeps to itself what is for operators', async () => {
    const { checks } = await json<{ checks: Record<string, object> }>('/health');
    for (const check of Object.values(checks)) expect(check).not.toHaveProperty('message');
    expect((await ask('/metrics')).status).toBe(404);
  });

  it('counts failed sign-ins by who asks, and not by who somebody says to be', async () => {
    const guess = (n: number): Promise<Answer> => {
      const { body, headers } = asJson({
        email: `nobody-${n}@desk.example`,
        password: 'wrong, as it happens',
      });
      return ask('/api/auth/login', {
        method: 'POST',
        body,
        headers: { ...headers, 'X-Forwarded-For': `203.0.113.${n}` },
      });
    };
    const statuses: number[] = [];
    for (let n = 1; n <= 6; n += 1) statuses.push((await guess(n)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('tells of a change while the stream is open', async () => {
    const asked = request(nginx.options('/api/events', asAgent()));
    asked.end();
    const [stream] = (await once(asked, 'response')) as [IncomingMessage];
    expect([stream.statusCode, stream.headers['content-type']]).toEqual([
      200,
      expect.stringContaining('text/event-stream'),
    ]);
    let heard = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
    while (!heard.includes('event: hello')) await once(stream, 'data');
    const { id } = await aTicket('Heard of at once');
    while (!heard.includes(id)) await once(stream, 'data');
    stream.destroy();
  });

  it('takes a file of 10 MB, and refuses one that is larger', async () => {
    const { id } = await aTicket('With a file');
    const upload = (bytes: number): Promise<Answer> => {
      const head = '--b\r\nContent-Disposition: form-data; name="attachments"; filename="big.txt"\r\n\r\n';
      const body = Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, 'a'), Buffer.from('\r\n--b--\r\n')]);
      const headers = { 'Content-Type': 'multipart/form-data; boundary=b' };
      return ask(`/api/tickets/${id}/attachments`, asAgent({ method: 'POST', body, headers }));
    };
    expect((await upload(10 * 1024 * 1024)).status).toBe(201);
    // The desk itself says the first, nginx the second.
    for (const bytes of [10 * 1024 * 1024 + 1, 12 * 1024 * 1024]) {
      const { status, headers, body } = await upload(bytes);
      expect([status, headers['content-type']]).toEqual([
        413,
        expect.stringContaining('application/problem+json'),
      ]);
      expect(JSON.parse(body.toString())).toMatchObject({ title: 'Too large' });
    }
  });

  it('honours the version of what it has compressed', async () => {
    const { id } = await aTicket(`Compressed ${'and long '.repeat(20)}`);
    const path = `/api/tickets/${id}`;
    const { headers } = await ask(path, asAgent({ headers: { 'Accept-Encoding': 'gzip' } }));
    const change = (version: string): Promise<Answer> => {
      const { body, headers: type } = asJson({ priority: 'high' });
      return ask(path, asAgent({ method: 'PATCH', body, headers: { ...type, 'If-Match': version } }));
    };
    expect((await change(headers.etag ?? '')).status).toBe(200);
    expect((await change(headers.etag ?? '')).status).toBe(412);
  });

  it('is found in both logs by one id', async () => {
    const { headers } = await ask('/api/tickets', asAgent());
    const id = String(headers['x-request-id']);
    expect(await nginx.logged(id)).toMatchObject({
      path: '/api/tickets',
      status: 200,
      upstreamStatus: '200',
    });
    expect(nginx.log).not.toContain(token);
  });
});
