import type { Answer } from '../../cli/doctor/ask';
import { failure, ok, warning } from '../../cli/doctor/check';
import { VERSION_TOLD } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';

const HALF_A_YEAR_S = 15_552_000;
/** Answered for everybody, and not counted. */
const OF_API = '/api/auth/options';
const FIX =
  'let nothing in front take the headers of the desk away; where the CDN serves the client it sets them itself';

/** What tells browsers to be careful: on the page, and on what the API answers. */
export const headersCheck: SmokeCheck = {
  name: 'headers',
  run: async ({ remote }, signal) => {
    const page = await remote.ask('/', { headers: { accept: 'text/html' }, signal });
    const api = await remote.ask(OF_API, { signal });
    const wrong = [
      ...missingOn(page, remote.secure).map((what) => `of the page ${what}`),
      ...wrongPolicyOf(page).map((what) => `of the page ${what}`),
      ...missingOn(api, remote.secure).map((what) => `of the API ${what}`),
      ...(/no-store/.test(header(api, 'cache-control')) ? [] : ['of the API Cache-Control: no-store']),
    ];
    if (wrong.length > 0)
      return failure(`missing or too weak: ${wrong.join('; ')}`, {
        cause: 'the proxy or the CDN drops or replaces them',
        fix: FIX,
      });
    const told = [page, api].flatMap((answer) => toldOf(answer));
    if (told.length > 0)
      return warning(`it tells what it is made of: ${[...new Set(told)].join(', ')}`, {
        cause: 'who looks for machines with a known hole finds it',
        fix: 'server_tokens off; in nginx',
      });
    return ok(
      `${remote.secure ? 'HSTS, ' : ''}policy of the page, nosniff, no frames, nothing of the API is kept`,
    );
  },
};

function missingOn(answer: Answer, secure: boolean): string[] {
  const maxAge = Number(/max-age=(\d+)/.exec(header(answer, 'strict-transport-security'))?.[1] ?? 0);
  const frames = `${header(answer, 'content-security-policy')} ${header(answer, 'x-frame-options')}`;
  return [
    ...(secure && maxAge < HALF_A_YEAR_S ? ['Strict-Transport-Security of half a year'] : []),
    ...(header(answer, 'x-content-type-options') === 'nosniff' ? [] : ['X-Content-Type-Options: nosniff']),
    ...(/frame-ancestors 'none'|deny/i.test(frames) ? [] : ['frame-ancestors or X-Frame-Options']),
  ];
}

function wrongPolicyOf(page: Answer): string[] {
  const policy = header(page, 'content-security-policy');
  const scripts = /(?:script-src|default-src) ([^;]*)/.exec(policy)?.[1];
  if (scripts === undefined) return ['Content-Security-Policy for scripts'];
  return /'unsafe-inline'|'unsafe-eval'|\*|https?:(?=\s|$)/.test(scripts)
    ? [`a policy for scripts that holds (${scripts})`]
    : [];
}

function toldOf(answer: Answer): string[] {
  const [server, powered] = [header(answer, 'server'), header(answer, 'x-powered-by')];
  return [...(VERSION_TOLD.test(server) ? [server] : []), ...(powered === '' ? [] : [powered])];
}

const header = ({ headers }: Answer, name: string): string => String(headers[name] ?? '');
