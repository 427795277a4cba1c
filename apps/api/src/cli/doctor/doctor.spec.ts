import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everything } from '../../testing/failing-statements';
import { DoctorDesk } from './doctor-desk';
import { contentOf, findingsOf } from './findings';

// A laptop's doctor loads none of these; loading one fails the test.
for (const sdk of [
  'client-s3',
  'lib-storage',
  'client-ses',
  'client-secrets-manager',
  'client-cloudwatch-logs',
])
  jest.mock(`@aws-sdk/${sdk}`, () => {
    throw new Error('a laptop loads no SDK');
  });
jest.mock('ioredis', () => {
  throw new Error('a laptop needs no Redis');
});

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('the doctor of a desk that runs', () => {
  let folder: string;
  let own: DoctorDesk;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-doctor-'));
    own = await DoctorDesk.start({ DATABASE_PATH: join(folder, 'desk.sqlite') });
  });
  afterAll(async () => {
    await own.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds it well, and says of what does not concern it that it was skipped', async () => {
    // What memory a test has is its own affair: that check has its own.
    const found = await own.findings({}, { skip: ['memory'] });
    const verdicts = Object.values(found).flatMap((each) => (typeof each === 'object' ? [each.verdict] : []));
    expect(found.text).not.toContain('FAILURE');
    expect(found.healthy).toBe(true);
    expect(new Set(verdicts)).toEqual(new Set(['ok', 'skipped']));
    for (const name of [
      'config',
      'database',
      'migrations',
      'storage',
      'disk',
      'health',
      'cors',
      'sign-in-limit',
    ])
      expect([name, found[name]?.verdict]).toEqual([name, 'ok']);
  });

  it('leaves nothing behind: neither rows nor files', async () => {
    // Links and health are asked for once, so that what the desk itself keeps of that is there before.
    await own.findings();
    const before = [await rowsOf(own), contentOf(own.desk.uploadDir)];
    await own.findings();
    expect([await rowsOf(own), contentOf(own.desk.uploadDir)]).toEqual(before);
  });

  it('shuts nobody out by trying wrong passwords', async () => {
    const { 'sign-in-limit': limit } = await own.findings();
    expect(limit).toMatchObject({ verdict: 'ok', message: expect.stringContaining('refused at try 6') });
    const ana = await own.desk.signIn('customer');
    const login = { email: ana.email, password: ana.password };
    await own.desk.anonymous.post('/auth/login', login).expect(200);
  });

  it('tries wrong passwords from a spare address where no forwarded one is believed', async () => {
    const strict = await DoctorDesk.start({ TRUST_PROXY: 'false' });
    try {
      const { 'sign-in-limit': limit } = await strict.findings({}, { only: ['sign-in-limit'] });
      // Only Linux answers from all addresses of its loopback.
      expect(limit?.verdict).toBe(process.platform === 'linux' ? 'ok' : 'skipped');
      const ana = await strict.desk.signIn('customer');
      await strict.desk.anonymous
        .post('/auth/login', { email: ana.email, password: ana.password })
        .expect(200);
    } finally {
      await strict.close();
    }
  });

  it('finds that wrong passwords are looked at more often than configured', async () => {
    const { 'sign-in-limit': limit } = await own.findings({ SIGN_IN_FAILURES_PER_ACCOUNT: '2' });
    expect(limit).toMatchObject({
      verdict: 'failure',
      message: '3 wrong passwords were looked at, and 2 are allowed',
      fix: expect.stringContaining('THROTTLE_STORE=redis'),
    });
  });

  it('shows no secret, in the table or in JSON', async () => {
    const texts = [await own.findings(), await own.findings({}, { json: true })].map(({ text }) => text);
    for (const text of texts) expect(text).not.toContain(own.env['JWT_SECRET']);
    expect(JSON.parse(texts[1] ?? '')).toMatchObject({ ok: true, environment: 'test' });
  });

  it('finds a running server with another secret: its own links are refused', async () => {
    const { storage } = await own.findings({ JWT_SECRET: 'another secret than the one that the server has' });
    expect(storage).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('answered 403'),
      cause: expect.stringContaining('another JWT_SECRET'),
    });
    expect(Object.keys(contentOf(own.desk.uploadDir)).filter((path) => path.includes('doctor'))).toEqual([]);
  });

  describe('behind a proxy', () => {
    /** Passes on to the desk. @param forwarded what it makes of the client's header */
    const proxy = (forwarded: (given: string | undefined) => string) =>
      serve((req, res) => {
        const headers = new Headers(req.headers as Record<string, string>);
        headers.set('x-forwarded-for', forwarded(headers.get('x-forwarded-for') ?? undefined));
        const body =
          req.method === 'GET' || req.method === 'HEAD' ? undefined : (req as unknown as ReadableStream);
        void fetch(new URL(req.url ?? '/', own.url), {
          method: req.method ?? 'GET',
          headers,
          ...(body && { body, duplex: 'half' }),
        }).then(async (answer) => {
          res.writeHead(answer.status, Object.fromEntries(answer.headers));
          res.end(Buffer.from(await answer.arrayBuffer()));
        });
      });

    it('that sets the address, is well', async () => {
      const url = await proxy(() => '198.51.100.7');
      const { 'proxy-headers': found } = await own.findings({}, { url, only: ['proxy-headers'] });
      expect(found).toMatchObject({ verdict: 'ok' });
    });

    it('that passes a client’s own header on, finds that anybody picks an address', async () => {
      const url = await proxy((given) => given ?? '198.51.100.8');
      const { 'proxy-headers': found } = await own.findings({}, { url, only: ['proxy-headers'] });
      // Seen from this very machine, where the doctor cannot tell a stranger from the proxy.
      expect(found).toMatchObject({
        verdict: 'warning',
        cause: expect.stringContaining('picks its own address'),
        fix: expect.stringContaining('$remote_addr'),
      });
    });
  });

  it('finds TRUST_PROXY=true without asking anybody', async () => {
    const { 'proxy-headers': found } = await own.findings(
      { TRUST_PROXY: 'true' },
      { only: ['proxy-headers'] },
    );
    expect(found).toMatchObject({ verdict: 'failure', fix: expect.stringContaining('TRUST_PROXY=loopback') });
  });

  it('finds an origin of FRONTEND_URL that the running server refuses', async () => {
    const { cors } = await own.findings({ FRONTEND_URL: 'https://desk.example.com' }, { only: ['cors'] });
    expect(cors).toMatchObject({
      verdict: 'failure',
      guide: expect.stringContaining('CORS'),
      message: expect.stringContaining('https://desk.example.com is refused'),
      fix: expect.stringContaining('FRONTEND_URL=https://desk.example.com'),
    });
  });

  it('finds an origin of FRONTEND_URL let in', async () => {
    const split = await DoctorDesk.start({ FRONTEND_URL: 'https://desk.example.com' });
    try {
      const { cors } = await split.findings({}, { only: ['cors'] });
      expect(cors).toMatchObject({
        verdict: 'ok',
        message: expect.stringContaining('1 of FRONTEND_URL let in'),
      });
    } finally {
      await split.close();
    }
  });

  it('finds what the running server itself finds', async () => {
    const unwell = await DoctorDesk.start();
    try {
      rmSync(join(unwell.desk.uploadDir, '.liftdesk-storage'));
      const { health } = await unwell.findings({}, { only: ['health'] });
      expect(health).toMatchObject({
        verdict: 'warning',
        message: expect.stringMatching(/^degraded: .*storage: /),
      });
    } finally {
      await unwell.close();
    }
  });
});

const rowsOf = async ({ desk }: DoctorDesk): Promise<unknown> =>
  desk.config.database.type === 'sqlite'
    ? everything(desk.database)
    : desk.rows('select * from idempotency_key');

describe('the doctor without a server', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-doctor-'));
    env = {
      JWT_SECRET: 'a secret for tests that is long enough for all',
      DATABASE_PATH: join(folder, 'desk.sqlite'),
      UPLOAD_DIR: join(folder, 'uploads'),
      LOG_DIR: join(folder, 'logs'),
      MAIL_DIR: join(folder, 'mail'),
      PORT: '9',
    };
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('warns about what was never started, makes nothing of it, and is content', async () => {
    const found = await findingsOf(env, { directory: folder });
    expect(found.healthy).toBe(true);
    expect(found['database']).toMatchObject({
      verdict: 'warning',
      fix: expect.stringContaining('npm start'),
    });
    expect(found['storage']).toMatchObject({ verdict: 'warning' });
    expect(found['api']).toMatchObject({
      verdict: 'warning',
      message: expect.stringContaining('does not answer at http://localhost:9'),
    });
    for (const name of ['health', 'cors', 'proxy-headers', 'client', 'sign-in-limit'])
      expect([name, found[name]?.verdict]).toEqual([name, 'skipped']);
    expect(contentOf(folder)).toEqual({});
  });

  it('fails for an address that somebody named and where nobody answers', async () => {
    const found = await findingsOf(env, { directory: folder, url: new URL('http://127.0.0.1:9') });
    expect(found['api']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('nothing listens'),
    });
    expect(found.healthy).toBe(false);
  });

  it('fails for another program at that address', async () => {
    const url = await serve((_req, res) => res.end('<h1>It works!</h1>'));
    const { api, health } = await findingsOf(env, { directory: folder, url });
    expect(api).toMatchObject({ verdict: 'failure', message: expect.stringContaining('not Liftdesk') });
    expect(health?.verdict).toBe('skipped');
  });

  it('lists everything that is wrong with the configuration at once, and checks nothing by it', async () => {
    const found = await findingsOf(
      { ...env, PORT: 'x', JWT_SECRET: 'short', SIGNED_URL_TTL: '-1' },
      { directory: folder },
    );
    expect(found.healthy).toBe(false);
    expect(found['config']).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('configuration.md'),
    });
    for (const name of ['PORT', 'JWT_SECRET', 'SIGNED_URL_TTL'])
      expect(found['config']?.message).toContain(name);
    expect(found.text).not.toContain('short\n');
    expect(found['database']).toBeUndefined();
  });

  it('finds a folder for uploads that is a file', async () => {
    writeFileSync(env['UPLOAD_DIR'] as string, 'in the way');
    const { storage } = await findingsOf(env, { directory: folder });
    expect(storage?.verdict).toMatch(/warning|failure/);
    expect(storage?.fix).toBeTruthy();
  });

  it('finds in production that secrets lie open and that nobody starts the server after a reboot', async () => {
    const production = {
      ...env,
      NODE_ENV: 'production',
      FRONTEND_URL: 'https://desk.example.com',
      HOME: folder,
    };
    writeFileSync(join(folder, '.env.production'), 'JWT_SECRET=something that is secret\n', { mode: 0o644 });
    const units = join(folder, 'etc/systemd/system/multi-user.target.wants');
    mkdirSync(units, { recursive: true });
    const only = ['config', 'autostart', 'database'];
    const look = () => findingsOf(production, { directory: folder, systemRoot: folder, only });

    const found = await look();
    expect(found['config']).toMatchObject({ verdict: 'warning', fix: expect.stringContaining('chmod 600') });
    expect(found['autostart']).toMatchObject({
      verdict: 'warning',
      guide: expect.stringContaining('PM2'),
      fix: expect.stringContaining('pm2 startup'),
    });
    expect(found['database']).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('there is no'),
    });

    writeFileSync(join(units, 'pm2-desk.service'), '');
    expect((await look())['autostart']).toMatchObject({
      verdict: 'warning',
      fix: expect.stringContaining('pm2 save'),
    });
    mkdirSync(join(folder, '.pm2'));
    writeFileSync(join(folder, '.pm2/dump.pm2'), '[]');
    expect((await look())['autostart']).toMatchObject({ verdict: 'ok' });
  });

  it('finds in production a limit of memory that the machine does not have', async () => {
    const { memory } = await findingsOf(
      { ...env, HEALTH_MEMORY_LIMIT_MB: '100000000' },
      { directory: folder },
    );
    expect(memory).toMatchObject({
      verdict: 'warning',
      guide: expect.stringContaining('memory'),
      fix: expect.any(String),
    });
  });

  it.each([
    ['a server that is larger than it may be', 500, 256, 'failure', 'PM2 restarts it'],
    ['a heap that may outgrow the process', 120, 4096, 'warning', 'V8 frees memory late'],
    ['a server within its limits', 120, 256, 'ok', undefined],
  ])('tells of %s', async (_name, residentMb, heapMb, verdict, cause) => {
    const url = await serve((_req, res) =>
      res.end(
        `process_resident_memory_bytes ${residentMb * 1024 * 1024}\nliftdesk_heap_limit_bytes ${heapMb * 1024 * 1024}\n`,
      ),
    );
    const asked = { ...env, HOST: '127.0.0.1', PORT: url.port };
    const { memory } = await findingsOf(asked, { directory: folder, only: ['memory'] });
    expect(memory).toMatchObject({ verdict, message: expect.stringContaining(`${residentMb} MB in use`) });
    expect(memory?.cause ?? '').toContain(cause ?? '');
  });

  it('finds a disk that is nearly full', async () => {
    const { disk } = await findingsOf({ ...env, HEALTH_DISK_FLOOR_MB: '1000000000' }, { directory: folder });
    expect(disk).toMatchObject({ verdict: 'failure', fix: expect.stringContaining('enlarge') });
  });

  it('finds a clock that is off by what the other side tells', async () => {
    let offset = 0;
    const live = await serve((_req, res) => {
      res.setHeader('Date', new Date(Date.now() + offset).toUTCString());
      res.end('{"status":"alive"}');
    });
    const s3 = {
      ...env,
      STORAGE_TYPE: 's3',
      S3_ATTACHMENTS_BUCKET: 'attachments',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_S3: live.origin,
    };
    const skewOf = async (ms: number) => {
      offset = ms;
      return (await findingsOf(s3, { directory: folder, only: ['clock'] }))['clock'];
    };
    expect(await skewOf(0)).toMatchObject({ verdict: 'ok' });
    expect(await skewOf(60_000)).toMatchObject({
      verdict: 'warning',
      message: expect.stringContaining('behind'),
    });
    expect(await skewOf(-600_000)).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('ahead'),
      cause: expect.stringContaining('S3 refuses'),
      fix: expect.stringContaining('timedatectl'),
    });
  });

  it('finds a page that a cache keeps, one whose files are gone, and two versions', async () => {
    let cacheControl = 'public, max-age=86400';
    let script = 200;
    const url = await serve((req, res) => {
      res.setHeader('Cache-Control', cacheControl);
      if (req.url === '/')
        res.setHeader('Content-Type', 'text/html').end('<script src="main-ABCDEFGH.js"></script>');
      else if (req.url?.endsWith('.js')) res.writeHead(script, { 'Content-Type': 'text/javascript' }).end();
      else if (req.url === '/config.json') res.end('{"version":"1"}');
      else res.end('{"status":"alive","version":"2"}');
    });
    const look = async () => (await findingsOf(env, { directory: folder, url, only: ['client'] }))['client'];
    expect(await look()).toMatchObject({
      verdict: 'failure',
      fix: expect.stringContaining('create-invalidation'),
    });
    cacheControl = 'no-cache';
    script = 404;
    expect(await look()).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('main-ABCDEFGH.js'),
    });
    script = 200;
    expect(await look()).toMatchObject({ verdict: 'warning', message: expect.stringContaining('version 1') });
  });

  it('finds a server that lets foreign origins in', async () => {
    const url = await serve((req, res) => {
      res.setHeader('Access-Control-Allow-Origin', req.headers.origin ?? '*');
      res.end('{"status":"alive"}');
    });
    const { cors } = await findingsOf(env, { directory: folder, url, only: ['cors'] });
    expect(cors).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('foreign origin is let in'),
    });
  });

  it('finds a server that never refuses a wrong password', async () => {
    const url = await serve((req, res) => {
      res.setHeader('RateLimit-Remaining', '50');
      res.writeHead(req.method === 'POST' ? 401 : 200).end('{"status":"alive"}');
    });
    const { 'sign-in-limit': limit } = await findingsOf(
      { ...env, HOST: '127.0.0.1', PORT: url.port },
      { directory: folder, only: ['sign-in-limit'] },
    );
    expect(limit).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('6 wrong passwords'),
    });
  });
});
