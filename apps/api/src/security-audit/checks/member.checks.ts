import { type Answer, jsonOf } from '../../cli/doctor/ask';
import { failure, type Finding, ok } from '../../cli/doctor/check';
import { withinLimits } from '../../remote-checks/expectation';
import { formOf } from '../../smoke/form-data';
import type { Account } from '../../smoke/visit';
import { type AuditContext, notChecked, type SecurityCheck } from '../audit-check';

const MB = 1024 * 1024;
const TOO_LARGE = 10 * MB + 1;
/** Named like what is allowed, and something else inside. */
const DISGUISED: readonly (readonly [name: string, type: string, content: Buffer])[] = [
  ['report.pdf', 'application/pdf', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1')],
  ['picture.png', 'image/png', Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(60)])],
  ['letter.docx', 'application/msword', Buffer.from('PK\x03\x04 no document', 'latin1')],
  ['picture.gif', 'image/gif', Buffer.from('<script>alert(1)</script>')],
  ['page.html', 'text/html', Buffer.from('<!doctype html><script>alert(1)</script>')],
  [
    'drawing.svg',
    'image/svg+xml',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  ],
];

/** Without somebody signed in there is nothing to look at. */
const withCustomer =
  (look: (context: AuditContext, customer: Account, signal: AbortSignal) => Promise<Finding> | Finding) =>
  async (context: AuditContext, signal: AbortSignal): Promise<Finding> => {
    if (typeof context.visit === 'string') return notChecked(context.visit);
    return look(context, await context.visit.customer(signal), signal);
  };

export const cookieCheck: SecurityCheck = {
  name: 'cookies',
  asvs: ['3.3.1', '3.3.2', '3.3.3', '3.3.4'],
  run: withCustomer(async ({ remote }, customer, signal) => {
    const { email, password } = customer;
    const login = withinLimits(
      await remote.ask('/api/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, password }),
        signal,
      }),
    );
    const cookies = login.headers['set-cookie'] ?? [];
    if (cookies.length === 0)
      return failure(`signing in was answered ${login.status} and set no cookie`, {
        cause: 'a proxy or CDN takes Set-Cookie away',
        fix: 'cache nothing of /api, and pass its headers on',
      });
    return cookieFinding(cookies, remote.secure);
  }),
};

function cookieFinding(cookies: readonly string[], secure: boolean): Finding {
  for (const cookie of cookies) {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim().toLowerCase());
    const name = pair.slice(0, pair.indexOf('='));
    const missing = [
      ...(secure && !attributes.includes('secure') ? ['Secure'] : []),
      ...(attributes.includes('httponly') ? [] : ['HttpOnly']),
      ...(attributes.includes('samesite=strict') ? [] : ['SameSite=Strict']),
      ...(attributes.some((one) => one.startsWith('domain=')) ? ['no Domain'] : []),
    ];
    if (missing.length > 0)
      return failure(`the cookie ${name} should have ${missing.join(', ')}`, {
        cause: 'scripts, other hosts or the clear net could get at it; or a proxy rewrites cookies',
        fix: 'FRONTEND_URL with https:// makes it Secure; take proxy_cookie_* out of nginx',
      });
    if (secure && !/^__(secure|host)-/.test(name))
      return failure(`the cookie ${name} has no prefix __Secure-`, {
        cause: 'whoever is on the way could set one of the same name, over a page without TLS',
        fix: 'NODE_ENV=production; take what rewrites cookies out of the proxy',
      });
  }
  return ok('Secure, HttpOnly, SameSite=Strict, for this host alone');
}

export const uploadLimitCheck: SecurityCheck = {
  name: 'upload-limit',
  asvs: ['5.2.1'],
  timeoutMs: 60_000,
  run: withCustomer(async (_context, customer, signal) => {
    const large = Buffer.alloc(TOO_LARGE, 'a');
    const { status } = await upload(customer, ['large.txt', 'text/plain', large], signal);
    if (status === 413) return ok('a file of 10 MB and a byte is refused');
    return failure(`a file of 10 MB and a byte is answered ${status} and not 413`, {
      cause: 'MAX_FILE_SIZE is larger, or something in front answers for the desk',
      fix: 'leave MAX_FILE_SIZE at 10 MB, client_max_body_size at 11m',
    });
  }),
};

export const uploadTypesCheck: SecurityCheck = {
  name: 'upload-types',
  asvs: ['5.2.2', '1.3.4', '5.3.1'],
  timeoutMs: 30_000,
  run: withCustomer(async (_context, customer, signal) => {
    for (const file of DISGUISED) {
      const answer = await upload(customer, file, signal);
      if (answer.status === 415 || isTextAtMost(answer)) continue;
      return failure(`${file[0]}, which is none, is answered ${answer.status} and taken for what it is not`, {
        cause: 'what is uploaded is not looked at',
        fix: 'look for the request in the log; is this the desk that you meant?',
      });
    }
    return ok(`${DISGUISED.length} files that are not what they are called are refused, or text and no more`);
  }),
};

/** What browsers show as it is written, and run nothing of. */
function isTextAtMost(answer: Answer): boolean {
  const { items } = jsonOf(answer) as { items?: { mimeType: string }[] };
  return answer.status === 201 && (items ?? []).length > 0 && items?.every(isText) === true;
}

const isText = ({ mimeType }: { mimeType: string }): boolean => mimeType === 'text/plain';

async function upload(
  { browser }: Account,
  [filename, type, content]: readonly [filename: string, type: string, content: Buffer],
  signal: AbortSignal,
): Promise<Answer> {
  const { headers, body } = formOf('attachments', [{ filename, type, content }]);
  return withinLimits(await browser.ask('/api/attachments', { method: 'POST', headers, body, signal }));
}
