import { failure, type Finding, ok } from '../../cli/doctor/check';
import { type AuditContext, headerOf, look, type SecurityCheck } from '../audit-check';

/** Files that lie beside the desk, and ways out of its folder. What must not be in an answer says which. */
const PROBES: readonly (readonly [path: string, marks: RegExp])[] = [
  ['/.env', /JWT_SECRET|NODE_ENV/],
  ['/.env.production', /JWT_SECRET|NODE_ENV/],
  ['/.git/config', /\[core\]/],
  ['/.git/HEAD', /^ref: /],
  ['/package.json', /"dependencies"|"name": "liftdesk"/],
  ['/ecosystem.config.js', /module\.exports/],
  ['/database.sqlite', /^SQLite format 3/],
  ['/logs/application.log', /"level"/],
  ['/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd', /root:.*:0:0:/],
  ['/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd', /root:.*:0:0:/],
  ['/..%5c..%5c..%5cetc%5cpasswd', /root:.*:0:0:/],
  ['/api/files/..%2f..%2f..%2fetc%2fpasswd', /root:.*:0:0:/],
  ['/assets/..%2f..%2f..%2f.env.production', /JWT_SECRET|NODE_ENV/],
  ['/main.js.map', /"sourcesContent"/],
  ['/assets/', /<title>Index of|Directory listing/i],
];

export const filesOutsideCheck: SecurityCheck = {
  name: 'files-outside',
  asvs: ['5.3.2', '13.4.1', '13.4.3', '15.2.3'],
  run: async (context, signal) => {
    for (const [path, marks] of PROBES) {
      const { status, body } = await look(context, path, signal);
      if (status < 300 && marks.test(body.toString('latin1')))
        return failure(`${path} is served`, {
          cause: 'the web server’s root is a folder that holds more than the client',
          fix: 'root is the folder dist/apps/web/browser of the release, nothing above it',
        });
    }
    return ok(`${PROBES.length} ways to files that are not the client's lead to nothing`);
  },
};

export const methodsCheck: SecurityCheck = {
  name: 'methods',
  asvs: ['13.4.4', '3.5.2', '3.5.3'],
  run: async (context, signal) => {
    const trace = await traced(context, signal);
    if (trace) return trace;
    // What a form on a foreign page can send without asking first.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const body = JSON.stringify({ email: 'audit@audit.invalid', password: 'not a password at all' });
      const headers = { 'content-type': type, origin: 'https://foreign.invalid' };
      const answer = await look(context, '/api/auth/login', signal, { method: 'POST', headers, body });
      if (answer.status === 401 || answer.status < 300)
        return failure(`a ${type} body is read as if it were JSON`, {
          cause: 'a form on any page could sign somebody in, or send what it likes, without being asked',
          fix: 'take away what turns types into JSON in front of the desk',
        });
    }
    return ok('TRACE is refused, and what a foreign form can send is not read');
  },
};

async function traced(context: AuditContext, signal: AbortSignal): Promise<Finding | null> {
  const mark = 'x-audit-mark';
  const answer = await look(context, '/', signal, { method: 'TRACE', headers: { [mark]: 'told-back' } });
  if (answer.status >= 400 || !answer.body.includes('told-back')) return null;
  return failure('TRACE tells a request back', {
    cause: 'headers that scripts may not read come back in a body that they may',
    fix: 'if ($request_method = TRACE) { return 405; }',
  });
}

export const corsCheck: SecurityCheck = {
  name: 'cors',
  asvs: ['3.4.2'],
  run: async (context, signal) => {
    for (const origin of ['https://foreign.invalid', 'null', `${context.remote.url.origin}.foreign.invalid`])
      for (const method of ['OPTIONS', 'GET']) {
        const headers = { origin, 'access-control-request-method': 'POST' };
        const answer = await look(context, '/api/auth/options', signal, { method, headers });
        const allowed = headerOf(answer, 'access-control-allow-origin');
        if (allowed !== origin && allowed !== '*') continue;
        return failure(`pages of ${origin} may read what the API answers`, {
          cause: 'FRONTEND_URL is too wide, or a proxy or CDN adds CORS headers of its own',
          fix: 'name the origins in FRONTEND_URL, and take Access-Control-* out of proxy and CDN',
        });
      }
    return ok('pages of other origins may read nothing');
  },
};
