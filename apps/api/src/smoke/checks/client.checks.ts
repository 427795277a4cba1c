import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type Answer, jsonOf } from '../../cli/doctor/ask';
import { ok, warning } from '../../cli/doctor/check';
import { expectStatus, expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck, SmokeContext } from '../context';

const MB = 1024 * 1024;
/** The build's content hash: `main-5QF7A3XY.js`. Such a file never changes. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;
const TYPES: readonly (readonly [ending: RegExp, type: RegExp])[] = [
  [/\.m?js$/, /javascript/],
  [/\.css$/, /^text\/css/],
];
const OTHER_VERSION = {
  cause: 'the page is of another version than the files beside it, or a file was not uploaded',
  fix: 'release the client again: first its files, then index.html, then the invalidation of the CDN',
};
const KEPT_PAGE = {
  cause: 'browsers or the CDN keep index.html, so that a new version is not seen',
  fix: 'serve index.html and config.json with Cache-Control: no-cache',
};
const ROUTES = {
  cause: 'proxy or CDN do not fall back to index.html for addresses of the client, or do it for everything',
  fix: 'fall back to index.html for addresses without a dot outside /api and /health only',
};

/** The page comes, is asked for anew each time, and every script and style that it names is there. */
export const clientCheck: SmokeCheck = {
  name: 'client',
  timeoutMs: 30_000,
  run: async (context, signal) => {
    const page = await pageAt('/', context, signal);
    expectThat(
      isAskedForAnew(page),
      `index.html may be kept: ${controlOf(page) || 'no Cache-Control'}`,
      KEPT_PAGE,
    );
    const files = filesNamedBy(page);
    expectThat(files.length > 0, 'the page names no script', OTHER_VERSION);
    for (const file of files) await expectFile(file, context, signal);
    const told = expectStatus(await context.remote.ask('/config.json', { signal }), 200, '/config.json');
    const { apiBase = '' } = jsonOf(told) as { apiBase?: string };
    const api = new URL(apiBase, context.remote.url);
    if (api.origin !== context.remote.url.origin)
      return warning(`the client asks the API at ${api.origin}, and not here`, {
        cause: '/config.json names that address',
        fix: `look at that one too: npm run smoke -- --url ${api.origin} --client-origin ${context.remote.url.origin}`,
      });
    return ok(`the page and the ${files.length} files that it names`);
  },
};

/** An address of the client may be opened and reloaded; what is not there is not the page. */
export const clientRoutesCheck: SmokeCheck = {
  name: 'client-routes',
  run: async (context, signal) => {
    await pageAt('/tickets/1', context, signal);
    for (const path of ['/main-AAAAAAAA.js', '/api/smoke-test-of-what-is-not-there']) {
      const answer = await context.remote.ask(path, { headers: { accept: '*/*' }, signal });
      const found = `${path} is answered ${answer.status}, ${String(answer.headers['content-type'])}`;
      expectThat(answer.status === 404, `${found}, and is not there`, ROUTES);
    }
    return ok('a deep link opens the page, what is missing is 404');
  },
};

async function pageAt(path: string, { remote }: SmokeContext, signal: AbortSignal): Promise<Answer> {
  const page = await remote.ask(path, { headers: { accept: 'text/html' }, signal });
  expectThat(
    page.status === 200 && typeOf(page).startsWith('text/html') && page.body.includes('<script'),
    `${path} is answered ${page.status}, ${typeOf(page) || 'no type'}, and is no page of the client`,
    path === '/' ? OTHER_VERSION : ROUTES,
  );
  return page;
}

async function expectFile(path: string, context: SmokeContext, signal: AbortSignal): Promise<void> {
  const answer = await context.remote.ask(path, { maxBytes: 20 * MB, signal });
  const type = TYPES.find(([ending]) => ending.test(path))?.[1];
  // A style may be empty, for the client's parts bring their own; so may a chunk of which the bundler left nothing.
  const whole = answer.body.length > 0 || /\.css$|\/chunk-[^/]+\.js$/.test(path);
  const right = answer.status === 200 && whole && (type?.test(typeOf(answer)) ?? true);
  expectThat(right, `${path} is answered ${answer.status}, ${typeOf(answer) || 'no type'}`, OTHER_VERSION);
  await expectTheSameCompressed(path, answer, context, signal);
  expectThat(
    !HASHED.test(path) || isKept(answer),
    `${path} never changes and may not be kept: ${controlOf(answer) || 'no Cache-Control'}`,
    {
      cause: 'every visit loads the client anew',
      fix: 'serve files with a hash as public, max-age=31536000, immutable',
    },
  );
}

/** As browsers ask for it: what proxy or CDN have compressed, or kept compressed, may be of another release. */
async function expectTheSameCompressed(
  path: string,
  { body }: Answer,
  { remote }: SmokeContext,
  signal: AbortSignal,
): Promise<void> {
  const headers = { 'accept-encoding': 'gzip, br' };
  const answer = await remote.ask(path, { headers, maxBytes: 20 * MB, signal });
  expectThat(
    unpacked(answer)?.equals(body) === true,
    `${path} is another file when it is asked for compressed`,
    OTHER_VERSION,
  );
}

/** @returns null where it is not what its header says */
function unpacked({ headers, body }: Answer): Buffer | null {
  try {
    switch (headers['content-encoding']) {
      case undefined:
        return body;
      case 'gzip':
        return gunzipSync(body);
      case 'br':
        return brotliDecompressSync(body);
      default:
        return null;
    }
  } catch {
    return null;
  }
}

/** Paths on the same origin, in the order of the page. */
function filesNamedBy({ body }: Answer): string[] {
  const named = body.toString('utf8').matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="([^"#]+)"/g);
  const base = new URL('http://here.invalid/');
  const urls = [...named]
    .map(([, path = '']) => new URL(path, base))
    .filter(({ origin }) => origin === base.origin);
  return [...new Set(urls.map(({ pathname }) => pathname))].filter((path) => path !== '/');
}

const typeOf = ({ headers }: Answer): string => String(headers['content-type'] ?? '');
const controlOf = ({ headers }: Answer): string => String(headers['cache-control'] ?? '');
const isAskedForAnew = (page: Answer): boolean => /no-cache|no-store|max-age=0/.test(controlOf(page));
const isKept = (file: Answer): boolean => Number(/max-age=(\d+)/.exec(controlOf(file))?.[1] ?? 0) >= 86_400;
