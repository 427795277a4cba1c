import type { IncomingMessage } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditedDesk } from './testing/audited-desk';
import type { Faults, Passing } from './testing/front';

type Answer = NonNullable<Faults['answer']>;

/** On answers whose path fits. */
const at =
  (path: RegExp, change: (answer: Passing, request: IncomingMessage) => void): Answer =>
  (answer, request) => {
    if (path.test(request.url ?? '')) change(answer, request);
  };
const header =
  (name: string, value: string) =>
  ({ headers }: Passing): void =>
    void (headers[name] = value);
const policy =
  (from: string | RegExp, to: string) =>
  ({ headers }: Passing) => {
    headers['content-security-policy'] = String(headers['content-security-policy']).replace(from, to);
  };
const says =
  (body: string, status = 200) =>
  (answer: Passing) =>
    void Object.assign(answer, { status, body: Buffer.from(body) });

const OUTSIDE = [
  'content-policy',
  'headers',
  'server-version',
  'strangers',
  'operators-only',
  'api-docs',
  'files-outside',
  'methods',
  'cors',
  'development-off',
  'request-limit',
  'forwarded-address',
  'cookies',
  'upload-limit',
  'upload-types',
  'demo-accounts',
  'sign-in-limit',
];

describe('The audit from outside', () => {
  let desk: AuditedDesk;

  beforeAll(async () => {
    desk = await AuditedDesk.start();
  });
  afterAll(() => desk.close());

  it('passes a desk as it is', async () => {
    const found = await desk.audit(OUTSIDE);
    const other = Object.values(found).filter(({ verdict }) => verdict !== 'ok');
    expect(other).toEqual([]);
    expect(Object.keys(found).toSorted()).toEqual([...OUTSIDE, 'clean-up'].toSorted());
  });

  const FAULTS: [string, string, Answer][] = [
    ['content-policy', 'no policy', at(/^\/$/, header('content-security-policy', ''))],
    [
      'content-policy',
      'scripts inline',
      at(/^\/$/, policy("script-src 'self'", "script-src 'self' 'unsafe-inline'")),
    ],
    [
      'content-policy',
      'scripts from everywhere',
      at(/^\/$/, policy("script-src 'self'", 'script-src https:')),
    ],
    ['content-policy', 'objects', at(/^\/$/, policy("object-src 'none'", "object-src 'self'"))],
    ['content-policy', 'frames around it', at(/^\/$/, policy("frame-ancestors 'none'", 'frame-ancestors *'))],
    ['content-policy', 'another base', at(/^\/$/, policy("base-uri 'self'", 'base-uri *'))],
    ['headers', 'sniffing on the page', at(/^\/$/, header('x-content-type-options', ''))],
    ['headers', 'sniffing on errors', at(/no-such-thing/, header('x-content-type-options', ''))],
    ['headers', 'a referrer', at(/^\/$/, header('referrer-policy', 'unsafe-url'))],
    ['headers', 'an opener', at(/^\/$/, header('cross-origin-opener-policy', ''))],
    ['headers', 'answers that are stored', at(/options/, header('cache-control', 'public, max-age=60'))],
    ['headers', 'no charset', at(/^\/$/, header('content-type', 'text/html'))],
    ['server-version', 'a version', at(/^\/$/, header('server', 'nginx/1.22.1'))],
    ['server-version', 'its framework', at(/options/, header('x-powered-by', 'Express'))],
    ['server-version', 'a stack', at(/login/, says('{"stack":"at run (/home/x/main.js:1)"}', 400))],
    ['strangers', 'tickets for all', at(/^\/api\/tickets/, says('{"items":[]}'))],
    ['strangers', 'another answer than 401', at(/^\/api\/users/, (answer) => void (answer.status = 403))],
    ['operators-only', 'metrics', at(/^\/metrics/, says('# HELP process_cpu\n'))],
    [
      'operators-only',
      'the inside of health',
      at(/^\/health$/, says('{"checks":{"disk":{"message":"3 GB"}}}')),
    ],
    [
      'api-docs',
      'scripts from elsewhere',
      at(/^\/api\/docs/, policy(/script-src [^;]*/, "script-src 'self' https://cdn.example")),
    ],
    [
      'methods',
      'TRACE',
      at(/^\/$/, (answer, { method, headers }) => {
        if (method === 'TRACE') says(JSON.stringify(headers))(answer);
      }),
    ],
    ['cors', 'every origin', at(/options/, header('access-control-allow-origin', '*'))],
    [
      'cors',
      'the origin that asks',
      at(/options/, (answer, { headers }) =>
        header('access-control-allow-origin', String(headers.origin))(answer),
      ),
    ],
    ['development-off', 'demo accounts', at(/options/, says('{"demoAccounts":[{"email":"a@b.example"}]}'))],
    ['development-off', 'development', at(/config\.json/, says('{"environment":"development"}'))],
    ['request-limit', 'no counting', ({ headers }) => void delete headers['ratelimit-remaining']],
    ['cookies', 'no HttpOnly', ({ headers }) => cookies(headers, /HttpOnly;?/i, '')],
    ['cookies', 'no Secure', ({ headers }) => cookies(headers, /Secure;?/i, '')],
    ['cookies', 'another SameSite', ({ headers }) => cookies(headers, /Strict/, 'None')],
    ['cookies', 'for neighbours too', ({ headers }) => cookies(headers, /$/, '; Domain=desk.test')],
    ['cookies', 'no prefix', ({ headers }) => cookies(headers, /__Secure-/, '')],
    ['cookies', 'no cookie', ({ headers }) => void delete headers['set-cookie']],
    ['upload-limit', 'large files', at(/attachments/, (answer) => void (answer.status = 201))],
    ['upload-types', 'every type', at(/attachments/, (answer) => void (answer.status = 201))],
    ['demo-accounts', 'one of them', at(/login/, (answer) => void (answer.status = 200))],
    ['sign-in-limit', 'guessing', at(/login/, (answer) => void (answer.status = 401))],
    ['sign-in-limit', 'guessing that works', at(/login/, (answer) => void (answer.status = 200))],
  ];

  it.each(FAULTS)('%s fails with %s', async (name, _what, answer) => {
    expect(await desk.find(name, { answer })).toMatchObject({
      verdict: 'failure',
      cause: expect.any(String),
      fix: expect.any(String),
    });
  });

  it.each(['AmazonS3', 'cloudflare', 'nginx'])('server-version passes a name alone: %s', async (name) => {
    expect(await desk.find('server-version', { answer: header('server', name) })).toMatchObject({
      verdict: 'ok',
    });
  });

  it('files-outside fails where the root of the web server is above the client', async () => {
    const answer = at(/\.env\.production$/, (passing, { url }) => {
      passing.status = 200;
      passing.body = readFileSync(join(desk.folder, url ?? ''));
    });
    expect(await desk.find('files-outside', { answer })).toMatchObject({
      verdict: 'failure',
      message: '/.env.production is served',
    });
  });

  it('methods fails where a form of a foreign page is read as JSON', async () => {
    const request: Faults['request'] = (_request, headers) => {
      if (String(headers['content-type']).startsWith('text/plain'))
        headers['content-type'] = 'application/json';
    };
    expect(await desk.find('methods', { request })).toMatchObject({ verdict: 'failure' });
  });

  it('forwarded-address fails where the caller is believed', async () => {
    const request: Faults['request'] = ({ headers: came }, headers) => {
      headers['x-forwarded-for'] = came['x-forwarded-for'] ?? headers['x-forwarded-for'];
    };
    expect(await desk.find('forwarded-address', { request })).toMatchObject({
      verdict: 'failure',
      message: 'a made-up x-forwarded-for is believed',
    });
  });

  it('forwarded-address fails where what only CloudFront may say is believed of anybody', async () => {
    const request: Faults['request'] = ({ headers: came }, headers) => {
      const told = came['cloudfront-viewer-address'];
      if (typeof told === 'string') headers['x-forwarded-for'] = told.replace(/:\d+$/, '');
    };
    expect(await desk.find('forwarded-address', { request })).toMatchObject({
      verdict: 'failure',
      message: 'a made-up cloudfront-viewer-address is believed',
    });
  });

  it('operators-only fails behind a proxy on the machine that says nothing of the caller', async () => {
    const request: Faults['request'] = (_request, headers) => {
      delete headers['x-forwarded-for'];
      delete headers['x-forwarded-proto'];
    };
    expect(await desk.find('operators-only', { request })).toMatchObject({ verdict: 'failure' });
  });

  it.each([
    ['strangers', /./],
    ['cookies', /register/],
    ['cookies', /login/],
    ['upload-limit', /attachments/],
    ['upload-types', /attachments/],
  ])('a limit that is reached is no finding: %s at %s', async (name, path) => {
    const found = await desk.find(name, { answer: at(path, (answer) => void (answer.status = 429)) });
    expect(found).toMatchObject({ verdict: 'skipped', message: expect.stringContaining('asked too much') });
  });

  it.each([429, 500, 503])('demo-accounts passes nobody where signing in is answered %d', async (status) => {
    const answer = at(/login/, (passing) => void (passing.status = status));
    expect(await desk.find('demo-accounts', { answer })).toMatchObject({ verdict: 'skipped' });
  });

  it('looks at nothing of customers where none could be removed again', async () => {
    const found = await desk.audit(['cookies', 'upload-limit', 'upload-types'], {}, { housekeeping: null });
    for (const { verdict, message } of Object.values(found))
      expect([verdict, message]).toEqual([
        'skipped',
        expect.stringContaining('not checked: it needs a made-up'),
      ]);
  });

  it('leaves nobody and nothing behind', async () => {
    const found = await desk.audit(['cookies', 'upload-types'], {
      answer: at(/login/, ({ headers }) => cookies(headers, /HttpOnly/i, '')),
    });
    expect(found['clean-up']).toMatchObject({ verdict: 'ok', message: expect.stringContaining('1 account') });
    expect(await desk.desk.rows('select rid from "user"')).toEqual([]);
    expect(await desk.desk.rows('select rid from attachment')).toEqual([]);
  });
});

function cookies(headers: Passing['headers'], from: RegExp, to: string): void {
  const set = headers['set-cookie'];
  if (Array.isArray(set)) headers['set-cookie'] = set.map((cookie) => cookie.replace(from, to));
}
