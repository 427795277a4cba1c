import { once } from 'node:events';
import { type IncomingHttpHeaders, type Server, createServer, get } from 'node:http';
import { type TLSSocket, connect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { type Answer, NAME, type Question, RenderedNginx } from './harness/nginx';
import { describeWith } from './harness/run';

const SECRET = 's'.repeat(64);
const WORDS = 'All work and no play. '.repeat(200);

/** In front of a server that answers with the headers it was given: what reaches the desk. */
describeWith(['root', 'nginx'], 'nginx in front of the desk', () => {
  let upstream: Server;
  let nginx: RenderedNginx;

  beforeAll(async () => {
    upstream = createServer((request, response) => {
      response.setHeader(
        'Content-Type',
        request.url?.startsWith('/api/text') ? 'text/plain' : 'application/json',
      );
      response.setHeader('Strict-Transport-Security', 'max-age=1');
      response.end(JSON.stringify({ url: request.url, headers: request.headers, words: WORDS }));
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    nginx = await RenderedNginx.prepare({
      PORT: String((upstream.address() as { port: number }).port),
      CDN: 'on',
    });
    nginx.put('machine/etc/nginx/liftdesk/origin-secret.map', `"${SECRET}" 1;\n`);
    nginx.put('app/current/dist/apps/web/browser/main-5QF7A3XY.js', `run("${WORDS}")`);
    nginx.put('app/previous/dist/apps/web/browser/main-AAAABBBB.js', 'run("before")');
    nginx.put('acme/.well-known/acme-challenge/token', 'ours');
    await nginx.start();
  });
  afterAll(async () => {
    await nginx?.stop();
    upstream?.closeAllConnections();
    upstream?.close();
  });

  const reached = async (path: string, question?: Question): Promise<IncomingHttpHeaders> =>
    (JSON.parse((await nginx.ask(path, question)).body.toString()) as { headers: IncomingHttpHeaders })
      .headers;

  /** Over plain HTTP. */
  async function plain(path: string, host: string): Promise<Answer> {
    const asked = get({
      host: '127.0.0.1',
      port: nginx.httpPort,
      path,
      headers: { Host: host },
      agent: false,
    });
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage];
    const body = Buffer.concat(await response.toArray());
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  describe('TLS', () => {
    /** The protocol that both agree on. @throws when they do not */
    async function agreed(
      version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3',
      ciphers = 'DEFAULT@SECLEVEL=0',
    ): Promise<TLSSocket> {
      const socket = connect({
        ...{ host: '127.0.0.1', port: nginx.httpsPort, servername: NAME, ca: nginx.certificates },
        ...{ minVersion: 'TLSv1' as const, maxVersion: version, ciphers },
      });
      await once(socket, 'secureConnect');
      socket.destroy();
      return socket;
    }

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is spoken', async (version) => {
      await expect(agreed(version)).resolves.toBeDefined();
    });

    it('nothing older is, nor a cipher without forward secrecy', async () => {
      await expect(agreed('TLSv1.1')).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
      await expect(agreed('TLSv1.2', 'AES128-GCM-SHA256:AES256-SHA')).rejects.toMatchObject({
        code: expect.stringContaining('HANDSHAKE_FAILURE'),
      });
    });

    it('browsers are told once to stay with it, whatever is answered', async () => {
      const answers = await Promise.all(
        ['/', '/metrics', '/main-5QF7A3XY.js', '/api/tickets'].map((path) => nginx.ask(path)),
      );
      for (const { headers } of answers)
        expect([
          headers['strict-transport-security'],
          headers['x-content-type-options'],
          headers['server'],
        ]).toEqual(['max-age=31536000', 'nosniff', 'nginx']);
    });

    it('without it one is led to our own name, whichever was asked for', async () => {
      const { status, headers } = await plain('/tickets?view=mine', 'evil.example');
      expect([status, headers.location]).toEqual([301, `https://${NAME}/tickets?view=mine`]);
    });

    it("Let's Encrypt finds its answer without it", async () => {
      const { status, body } = await plain('/.well-known/acme-challenge/token', NAME);
      expect([status, body.toString()]).toEqual([200, 'ours']);
    });
  });

  describe('who asks', () => {
    it('is whom the connection is from, whatever it says', async () => {
      const headers = await reached('/api/tickets', {
        headers: {
          'X-Forwarded-For': '203.0.113.9',
          'X-Real-IP': '203.0.113.9',
          Forwarded: 'for=203.0.113.9',
          'X-Forwarded-Host': 'evil.example',
          'X-Forwarded-Proto': 'http',
          'CloudFront-Viewer-Address': '203.0.113.9:1234',
        },
      });
      expect(headers).toMatchObject({
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'https',
        host: NAME,
      });
      expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113|evil/);
    });

    it.each([
      ['198.51.100.10:46532', '198.51.100.10'],
      ['2001:db8::1:46532', '2001:db8::1'],
      ['[2001:db8::1]:46532', '2001:db8::1'],
    ])('is told by CloudFront, which knows the secret: %s', async (told, address) => {
      const from = { 'X-Origin-Secret': SECRET, 'CloudFront-Viewer-Address': told };
      const headers = await reached('/api/tickets', { headers: from });
      expect(headers['x-forwarded-for']).toBe(address);
      expect(JSON.stringify(headers)).not.toContain(SECRET);
    });

    it('is not told by who knows another secret, nor in words that are no address', async () => {
      const told = { 'X-Origin-Secret': SECRET, 'CloudFront-Viewer-Address': '203.0.113.9:1234' };
      for (const wrong of [
        { ...told, 'X-Origin-Secret': 'x'.repeat(64) },
        { ...told, 'CloudFront-Viewer-Address': '203.0.113.9, 10.0.0.1' },
        { ...told, 'CloudFront-Viewer-Address': '' },
      ])
        expect(await reached('/api/tickets', { headers: wrong })).toMatchObject({
          'x-forwarded-for': '127.0.0.1',
        });
    });
  });

  describe('the id of a request', () => {
    it('is passed on and written down where it is a sane one, else made', async () => {
      const sane = await reached('/api/tickets', { headers: { 'X-Request-Id': 'smoke-1.A_b' } });
      expect(sane['x-request-id']).toBe('smoke-1.A_b');
      const made = await reached('/api/tickets', { headers: { 'X-Request-Id': 'not "sane"' } });
      expect(made['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    });

    it('leads to its line, which has the path and neither query nor headers', async () => {
      const headers = { 'X-Request-Id': 'canary-1', Authorization: 'Bearer CANARY', Cookie: 'x=CANARY' };
      await nginx.ask('/api/files/abc?token=CANARY&q=CANARY', { headers });
      expect(await nginx.logged('canary-1')).toMatchObject({
        method: 'GET',
        path: '/api/files/abc',
        status: 200,
        client: '127.0.0.1',
        tls: expect.stringMatching(/^TLSv1/),
      });
      expect(nginx.log).not.toContain('CANARY');
    });
  });

  describe('files of the client', () => {
    it('are written down as they were asked for', async () => {
      await nginx.ask('/main-AAAABBBB.js?CANARY', { headers: { 'X-Request-Id': 'file-1' } });
      expect(await nginx.logged('file-1')).toMatchObject({ path: '/main-AAAABBBB.js', status: 200 });
    });

    it('with a hash are served for ever, compressed, without the desk', async () => {
      const { status, headers, body } = await nginx.ask('/main-5QF7A3XY.js', {
        headers: { 'Accept-Encoding': 'gzip' },
      });
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
      expect(headers['content-type']).toMatch(/^(application|text)\/javascript/);
      expect([headers['content-encoding'], gunzipSync(body).toString()]).toEqual(['gzip', `run("${WORDS}")`]);
    });

    it('of the release before are there for who loaded its page', async () => {
      const { status, body } = await nginx.ask('/main-AAAABBBB.js');
      expect([status, body.toString()]).toEqual([200, 'run("before")']);
    });

    it('that no release has, and all without a hash, are for the desk to answer', async () => {
      for (const path of ['/main-CCCCDDDD.js', '/', '/tickets/1', '/config.json', '/favicon.svg'])
        expect((JSON.parse((await nginx.ask(path)).body.toString()) as { url: string }).url).toBe(path);
    });

    it('are never found outside their folder', async () => {
      nginx.put('app/shared/secret-AAAABBBB.js', 'CANARY');
      for (const path of [
        '/../../../../shared/secret-AAAABBBB.js',
        '/..%2f..%2f..%2f..%2fshared/secret-AAAABBBB.js',
      ])
        expect((await nginx.ask(path)).body.toString()).not.toContain('CANARY');
    });
  });

  it('compresses what the desk answers, but nothing that holds a token', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };
    const encoding = async (path: string) => (await nginx.ask(path, { headers })).headers['content-encoding'];
    expect([await encoding('/api/tickets'), await encoding('/api/auth/login')]).toEqual(['gzip', undefined]);
  });

  it.each(['/metrics', '/metrics/', '/%6detrics', '//metrics', '/Metrics', '/metrics-AAAABBBB.js'])(
    '%s is not there for anybody outside',
    async (path) => {
      expect((await nginx.ask(path)).status).toBe(404);
    },
  );

  it('takes bodies of 11 MB, and answers to larger ones as the desk would', async () => {
    const body = Buffer.alloc(10.5 * 1024 * 1024);
    const post = (given: Buffer): Promise<Answer> =>
      nginx.ask('/api/attachments', { method: 'POST', body: given });
    expect((await post(body)).status).toBe(200);
    const { status, headers, body: answer } = await post(Buffer.alloc(12 * 1024 * 1024));
    expect([status, headers['content-type']]).toEqual([413, 'application/problem+json']);
    expect(JSON.parse(answer.toString())).toMatchObject({ title: 'Too large', status: 413 });
  });
});

describeWith(['root', 'nginx'], 'nginx without a desk', () => {
  it('says that it is away for a moment, in the words of the desk', async () => {
    const nginx = await RenderedNginx.prepare({ PORT: '1' });
    await nginx.start();
    const { status, headers, body } = await nginx.ask('/api/tickets', {
      headers: { 'X-Request-Id': 'away-1' },
    });
    expect([status, headers['content-type'], headers['retry-after']]).toEqual([
      502,
      'application/problem+json',
      '5',
    ]);
    expect(JSON.parse(body.toString())).toMatchObject({ title: 'Not available now', requestId: 'away-1' });
    await nginx.stop();
  });

  it('writes no token of a link down, though nobody answers', async () => {
    const nginx = await RenderedNginx.prepare({ PORT: '1' });
    await nginx.start();
    const headers = { 'X-Request-Id': 'away-2' };
    await nginx.ask('/reset-password?token=CANARY', { headers });
    expect(await nginx.logged('away-2')).toMatchObject({ path: '/reset-password', status: 502 });
    expect(nginx.everyLog).not.toContain('CANARY');
    await nginx.stop();
  });

  it('is content with TLS switched off, as behind a load balancer', async () => {
    const nginx = await RenderedNginx.prepare({ TLS: 'off', PORT: '1' });
    await nginx.start();
    const answer = await fetch(`http://127.0.0.1:${nginx.httpPort}/api/tickets`);
    expect([answer.status, answer.headers.has('strict-transport-security')]).toEqual([502, false]);
    await nginx.stop();
  });
});
