import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { SMOKE_CHECK_NAMES } from './checks';
import { logFinderOf, logFolderFinder } from './log-finder';
import type { SmokeOptions } from './smoke';
import type { Fault, ProxyAnswer } from './testing/faulty-proxy';
import { type Found, SmokeDesk } from './testing/smoke-desk';

/** One thing that is wrong, and what the check says of it. */
interface Case {
  readonly check: string;
  readonly what: string;
  readonly says: string | RegExp;
  readonly verdict?: 'warning';
  readonly fault?: Fault;
  readonly options?: Partial<SmokeOptions>;
  /** That the certificate is valid for. */
  readonly days?: number;
}

type Asked = (req: IncomingMessage) => boolean;

const asked =
  (method: string, path: string | RegExp): Asked =>
  ({ method: used, url = '' }) =>
    used === method && (typeof path === 'string' ? url.split('?')[0] === path : path.test(url));
const get = (path: string | RegExp): Asked => asked('GET', path);

/** Every answer to this is changed. */
const changes = (which: Asked, change: (answer: ProxyAnswer) => void): Fault => ({
  change: (req, answer) => {
    if (which(req)) change(answer);
  },
});
const status = (which: Asked, code: number): Fault => changes(which, (answer) => (answer.status = code));
const header = (which: Asked, name: string, value?: string): Fault =>
  changes(which, ({ headers }) => {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  });
const body = (which: Asked, text: string | ((before: string) => string)): Fault =>
  changes(which, (answer) => {
    const before = answer.body.toString('utf8');
    answer.body = Buffer.from(typeof text === 'string' ? text : text(before));
  });
/** Answered by the proxy, and never heard of by the desk. */
const swallowed = (which: Asked, code: number, text = ''): Fault => ({
  instead: (req, res) => {
    if (!which(req)) return false;
    req.resume();
    res.writeHead(code).end(text);
    return true;
  },
});
const wrongStatus = (from: number, to: number, which: Asked = () => true): Fault =>
  changes(which, (answer) => {
    if (answer.status === from) answer.status = to;
  });

/** Where it may be compressed, it is this. */
const compressed = (which: Asked, packed: Buffer): Fault => ({
  change: (req, answer) => {
    if (!which(req) || req.headers['accept-encoding'] === undefined) return;
    answer.headers['content-encoding'] = 'gzip';
    answer.body = packed;
  },
});

const PAGE = get('/');
const SCRIPT = get('/main-ABCDEFGH.js');
const TICKETS = '/api/tickets';
const OPTIONS_OF_API = get('/api/auth/options');

const CASES: readonly Case[] = [
  {
    check: 'health',
    what: 'another program answers',
    says: 'not Liftdesk',
    fault: body(get('/health/live'), '{}'),
  },
  { check: 'health', what: 'it is not ready', says: '503', fault: status(get('/health/ready'), 503) },
  {
    check: 'health',
    what: 'it is unhealthy',
    says: 'unhealthy',
    fault: body(get('/health'), '{"status":"unhealthy"}'),
  },
  {
    check: 'health',
    what: 'it is degraded',
    says: 'degraded',
    verdict: 'warning',
    fault: body(get('/health'), '{"status":"degraded"}'),
  },
  {
    check: 'health',
    what: 'another version runs',
    says: 'version test runs',
    options: { expectVersion: '9.9.9' },
  },
  { check: 'client', what: 'there is no page', says: 'no page of the client', fault: status(PAGE, 403) },
  {
    check: 'client',
    what: 'the page is kept',
    says: 'may be kept',
    fault: header(PAGE, 'cache-control', 'max-age=600'),
  },
  {
    check: 'client',
    what: 'a script is missing',
    says: 'main-ABCDEFGH.js is answered 404',
    fault: status(SCRIPT, 404),
  },
  {
    check: 'client',
    what: 'a script is a page',
    says: 'answered 200, text/html',
    fault: header(SCRIPT, 'content-type', 'text/html'),
  },
  { check: 'client', what: 'a script is empty', says: 'main-ABCDEFGH.js', fault: body(SCRIPT, '') },
  {
    check: 'client',
    what: 'a script is compressed of another release',
    says: 'another file when it is asked for compressed',
    fault: compressed(SCRIPT, gzipSync('of another release')),
  },
  {
    check: 'client',
    what: 'a script is not what it says it is compressed by',
    says: 'another file when it is asked for compressed',
    fault: compressed(SCRIPT, Buffer.from('void 0;')),
  },
  {
    check: 'client',
    what: 'files are not kept',
    says: 'may not be kept',
    fault: header(SCRIPT, 'cache-control', 'no-cache'),
  },
  {
    check: 'client',
    what: 'it has no configuration',
    says: '/config.json',
    fault: status(get('/config.json'), 404),
  },
  {
    check: 'client',
    what: 'it asks another API',
    says: 'https://api.example.com',
    verdict: 'warning',
    fault: body(get('/config.json'), '{"apiBase":"https://api.example.com/api"}'),
  },
  {
    check: 'client-routes',
    what: 'a deep link opens nothing',
    says: '/tickets/1',
    fault: status(get('/tickets/1'), 404),
  },
  {
    check: 'client-routes',
    what: 'what is missing is the page',
    says: 'main-AAAAAAAA.js',
    fault: wrongStatus(404, 200),
  },
  {
    check: 'client-routes',
    what: 'an unknown route of the API is the page',
    says: '/api/smoke',
    fault: wrongStatus(404, 200, get(/^\/api\//)),
  },
  {
    check: 'tls',
    what: 'TLS 1.1 is accepted',
    says: '1.0 or 1.1',
    fault: { tls: { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } },
  },
  {
    check: 'tls',
    what: 'ciphers without forward secrecy are accepted',
    says: 'forward secrecy',
    verdict: 'warning',
    fault: { tls: { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256' } },
  },
  { check: 'certificate', what: 'it ends soon', says: '12 days left', days: 13 },
  {
    check: 'certificate',
    what: 'it ends in three weeks',
    says: '17 days left',
    verdict: 'warning',
    days: 18,
  },
  { check: 'certificate', what: 'it has expired', says: 'expired', days: -3 },
  {
    check: 'https-redirect',
    what: 'pages are served without TLS',
    says: 'answered 200',
    fault: { plain: (_req, res) => res.end('a page') },
  },
  {
    check: 'https-redirect',
    what: 'it leads to another host',
    says: 'does not lead to https://desk.example.com',
    fault: { plain: (_req, res) => res.writeHead(301, { location: 'https://other.example/' }).end() },
  },
  {
    check: 'headers',
    what: 'HSTS is missing',
    says: 'Strict',
    fault: header(PAGE, 'strict-transport-security'),
  },
  {
    check: 'headers',
    what: 'HSTS is short',
    says: 'Strict',
    fault: header(OPTIONS_OF_API, 'strict-transport-security', 'max-age=300'),
  },
  {
    check: 'headers',
    what: 'sniffing is allowed',
    says: 'nosniff',
    fault: header(OPTIONS_OF_API, 'x-content-type-options'),
  },
  {
    check: 'headers',
    what: 'the page has no policy',
    says: 'Content-Security-Policy',
    fault: header(PAGE, 'content-security-policy'),
  },
  {
    check: 'headers',
    what: 'the page lets any script in',
    says: 'unsafe-inline',
    fault: header(
      PAGE,
      'content-security-policy',
      "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    ),
  },
  {
    check: 'headers',
    what: 'answers may be kept',
    says: 'no-store',
    fault: header(OPTIONS_OF_API, 'cache-control'),
  },
  {
    check: 'headers',
    what: 'the version of the proxy is told',
    says: 'nginx/1.22.1',
    verdict: 'warning',
    fault: header(PAGE, 'server', 'nginx/1.22.1'),
  },
  {
    check: 'cors',
    what: 'everybody is let in',
    says: 'foreign origin is let in',
    fault: header(OPTIONS_OF_API, 'access-control-allow-origin', '*'),
  },
  {
    check: 'cors',
    what: 'the origin of the client is not let in',
    says: 'https://client.example.com is refused',
    options: { clientOrigin: 'https://client.example.com' },
  },
  {
    check: 'cors',
    what: 'OPTIONS is refused on the way',
    says: "client's own origin",
    fault: status(asked('OPTIONS', TICKETS), 405),
  },
  {
    check: 'rate-limit',
    what: 'nobody counts',
    says: 'not counted',
    fault: header(get(TICKETS), 'ratelimit-limit'),
  },
  {
    check: 'protected-routes',
    what: 'strangers read tickets',
    says: 'GET /api/tickets without',
    fault: wrongStatus(401, 200),
  },
  {
    check: 'protected-routes',
    what: 'an invented session is believed',
    says: 'invented session',
    fault: wrongStatus(401, 200, (req) => req.headers.authorization !== undefined),
  },
  {
    check: 'register',
    what: 'nobody can',
    says: 'answered 500',
    fault: swallowed(asked('POST', '/api/auth/register'), 500),
  },
  {
    check: 'register',
    what: 'scripts can read the cookie',
    says: 'lacks HttpOnly',
    fault: changes(asked('POST', '/api/auth/register'), ({ headers }) => {
      headers['set-cookie'] = headers['set-cookie']?.map((cookie) => cookie.replace('; HttpOnly', ''));
    }),
  },
  {
    check: 'register',
    what: 'the session does not hold',
    says: 'not signed in',
    fault: body(get('/api/auth/me'), '{}'),
  },
  {
    check: 'sign-in',
    what: 'nobody can',
    says: 'answered 401',
    fault: status(asked('POST', '/api/auth/login'), 401),
  },
  {
    check: 'sign-in',
    what: 'the address is shut out',
    says: 'may sign in from here',
    verdict: 'warning',
    fault: status(asked('POST', '/api/auth/login'), 429),
  },
  {
    check: 'refresh',
    what: 'the cookie does not arrive',
    says: 'with the cookie',
    fault: header(asked('POST', '/api/auth/register'), 'set-cookie'),
  },
  {
    check: 'refresh',
    what: 'everybody gets a session',
    says: 'without a cookie',
    fault: wrongStatus(401, 200, asked('POST', '/api/auth/refresh')),
  },
  { check: 'roles', what: 'a customer sees people', says: 'GET /api/users', fault: wrongStatus(403, 200) },
  {
    check: 'ticket-create',
    what: 'nobody can',
    says: 'answered 502',
    fault: swallowed(asked('POST', TICKETS), 502),
  },
  {
    check: 'ticket-create',
    what: 'it is not new',
    says: 'status open',
    fault: body(asked('POST', TICKETS), (text) => text.replace('"new"', '"open"')),
  },
  {
    check: 'ticket-read',
    what: 'it is another one',
    says: 'another ticket',
    fault: body(get(/^\/api\/tickets\/\d+$/), (text) =>
      text.replace('Smoke test', 'Some test').replace(/smoke\w{32}/, ''),
    ),
  },
  {
    check: 'ticket-read',
    what: 'its version is lost',
    says: 'no ETag',
    fault: header(get(/^\/api\/tickets\//), 'etag'),
  },
  {
    check: 'ticket-list',
    what: 'it is not there',
    says: 'not in the list',
    fault: body(get(TICKETS), '{"items":[]}'),
  },
  {
    check: 'ticket-list',
    what: 'those of others are there',
    says: 'has 2 tickets',
    fault: body(get(TICKETS), (text) => text.replace('"items":[', '"items":[{"id":"another"},')),
  },
  {
    check: 'ticket-search',
    what: 'nothing is found',
    says: 'finds 0',
    fault: body(get(/[?&]q=/), '{"items":[]}'),
  },
  {
    check: 'message',
    what: 'letters are lost',
    says: 'as it was written',
    fault: body(get(/\/messages$/), (text) => text.replaceAll('ünï', '???')),
  },
  {
    check: 'live-events',
    what: 'they are gathered',
    says: 'no answer within',
    fault: { gathersEvents: true },
  },
  {
    check: 'live-events',
    what: 'there is no stream',
    says: 'answered 504',
    fault: swallowed(get('/api/events'), 504),
  },
  {
    check: 'ticket-change',
    what: 'it is refused',
    says: 'answered 405',
    fault: swallowed(asked('PATCH', /./), 405),
  },
  {
    check: 'ticket-change',
    what: 'what is no longer so is changed',
    says: 'changed meanwhile',
    fault: wrongStatus(412, 200),
  },
  {
    check: 'upload',
    what: 'other bytes arrive',
    says: 'smoke-test.png is not kept',
    fault: body(asked('POST', /attachments$/), (text) => text.replace(/"sha256":"\w/, '"sha256":"x')),
  },
  {
    check: 'upload',
    what: 'it is too much for the proxy',
    says: 'answered 413',
    fault: swallowed(asked('POST', /attachments$/), 413),
  },
  {
    check: 'download',
    what: 'other bytes come back',
    says: 'other bytes',
    fault: body(get(/^\/api\/files\//), 'other'),
  },
  {
    check: 'download',
    what: 'it is shown as a page',
    says: 'offered as inline',
    fault: header(get(/^\/api\/files\//), 'content-disposition', 'inline'),
  },
  {
    check: 'download',
    what: 'a link can be changed',
    says: 'another signature',
    fault: changes(get(/^\/api\/files\//), (answer) => {
      if (answer.status >= 400) answer.status = 200;
    }),
  },
  {
    check: 'attachment-delete',
    what: 'nothing is deleted',
    says: 'after it was deleted',
    fault: swallowed(asked('DELETE', /attachments/), 204),
  },
  {
    check: 'attachment-delete',
    what: 'its link still works',
    says: 'its link is answered 200',
    fault: wrongStatus(404, 200, get(/^\/api\/files\//)),
  },
  { check: 'upload-limits', what: 'programs are taken', says: 'a program', fault: wrongStatus(415, 201) },
  {
    check: 'upload-limits',
    what: 'large files are taken',
    says: '10 MB and a byte',
    fault: wrongStatus(413, 201),
  },
  {
    check: 'other-customer',
    what: 'a ticket is seen',
    says: 'another customer is answered 200',
    fault: wrongStatus(404, 200),
  },
  {
    check: 'other-customer',
    what: 'a list shows it',
    says: 'list of 1',
    fault: body(get(TICKETS), (text) => text.replace('"items":[', '"items":[{"id":"another"}')),
  },
  {
    check: 'sign-out',
    what: 'the session goes on',
    says: 'after signing out',
    fault: swallowed(asked('POST', '/api/auth/logout'), 204),
  },
  {
    check: 'sign-out',
    what: 'its cookie goes on',
    says: 'session that is over',
    fault: wrongStatus(401, 200, asked('POST', '/api/auth/refresh')),
  },
  {
    check: 'request-log',
    what: 'the id is lost',
    says: 'no X-Request-Id',
    fault: header(OPTIONS_OF_API, 'x-request-id'),
  },
  { check: 'sign-in-limit', what: 'nobody counts', says: '25 wrong passwords', fault: wrongStatus(429, 401) },
  { check: 'sign-in-limit', what: 'everybody gets in', says: 'answered 200', fault: wrongStatus(401, 200) },
];

describe('a smoke test of a desk on which one thing is wrong', () => {
  let smoke: SmokeDesk;

  beforeAll(async () => {
    smoke = await SmokeDesk.start();
  });
  afterAll(() => smoke.close());

  const look = ({ check, fault = {}, options, days }: Case): Promise<Found> =>
    smoke.smokeBehind(fault, { only: [check], ...options }, days);

  it.each(CASES)('$check: $what', async (each) => {
    const found = await look(each);
    expect(found[each.check]).toMatchObject({
      verdict: each.verdict ?? 'failure',
      message: expect.stringMatching(each.says),
      cause: expect.any(String),
      fix: expect.any(String),
    });
  });

  it('has a fault for each check', () => {
    expect([...new Set(CASES.map(({ check }) => check))]).toEqual(SMOKE_CHECK_NAMES);
  });

  it('misses a line in the log that is not there', async () => {
    const elsewhere = header(OPTIONS_OF_API, 'x-request-id', 'another-request');
    const logs = { ...logFolderFinder(smoke.logs), place: 'the folder', patienceMs: 100 };
    const found = await smoke.smokeBehind(elsewhere, { only: ['request-log'], logs });
    expect(found['request-log']).toMatchObject({
      verdict: 'failure',
      message: 'request another-request is not in the folder',
    });
  });

  it('finds that requests are counted where this address has none left', async () => {
    const found = await smoke.smokeBehind(status(get(TICKETS), 429), { only: ['rate-limit'] });
    expect(found['rate-limit']).toMatchObject({ verdict: 'ok' });
  });

  it('finds a client well that is compressed on its way', async () => {
    const fault = compressed(SCRIPT, gzipSync('void 0;'));
    expect((await smoke.smokeBehind(fault, { only: ['client'] }))['client']).toMatchObject({ verdict: 'ok' });
  });

  it('finds no version where what serves the page tells its name', async () => {
    const found = await smoke.smokeBehind(header(PAGE, 'server', 'AmazonS3'), { only: ['headers'] });
    expect(found['headers']).toMatchObject({ verdict: 'ok' });
  });

  it.each([
    ['ThrottlingException', 'warning', 'the group could not be asked: ThrottlingException'],
    ['AccessDeniedException', 'skipped', 'the group may not be read from here'],
  ])('takes %s of CloudWatch for no fault of the desk', async (name, verdict, says) => {
    const find = () => Promise.reject(Object.assign(new Error(name), { name }));
    const logs = { place: 'the group', prompt: false, patienceMs: 10_000, againMs: 10, find };
    const found = await smoke.smokeBehind({}, { only: ['request-log'], logs });
    expect(found['request-log']).toMatchObject({ verdict, message: expect.stringContaining(says) });
  });
});

describe('where the lines of requests are', () => {
  const config = { LOG_TRANSPORT: 'file', LOG_DIR: '/logs' } as const;

  it('is the folder of the log', () => {
    expect(logFinderOf({ ...config, LOG_LEVEL: 'info' })).toMatchObject({ place: '/logs', prompt: true });
  });

  it.each(['warn', 'error', 'fatal'] as const)('is nowhere with LOG_LEVEL=%s', (LOG_LEVEL) => {
    expect(logFinderOf({ ...config, LOG_LEVEL })).toContain(LOG_LEVEL);
  });
});
