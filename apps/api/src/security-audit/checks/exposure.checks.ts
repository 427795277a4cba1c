import { jsonOf } from '../../cli/doctor/ask';
import { failure, ok } from '../../cli/doctor/check';
import { headerOf, look, notChecked, type SecurityCheck } from '../audit-check';

/** A route of each kind; that no route is forgotten is tested in the access matrix. */
const FOR_MEMBERS: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/api/tickets'],
  ['GET', '/api/auth/me'],
  ['GET', '/api/users'],
  ['GET', '/api/events'],
  ['GET', '/api/attachments/00000000-0000-4000-8000-000000000000'],
  ['DELETE', '/api/users/00000000-0000-4000-8000-000000000000'],
];
const NOBODY: Record<string, string> = {};
const FORGED = `Bearer ${[
  { alg: 'none', typ: 'JWT' },
  { sub: 'admin', sid: 'forged' },
]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')}.`;

export const strangersCheck: SecurityCheck = {
  name: 'strangers',
  asvs: ['8.2.1', '9.1.1', '9.1.2'],
  run: async (context, signal) => {
    for (const [method, path] of FOR_MEMBERS)
      for (const headers of [NOBODY, { authorization: FORGED }]) {
        const { status } = await look(context, path, signal, { method, headers });
        if (status === 401) continue;
        const who =
          'authorization' in headers ? 'somebody with a token that he signed himself' : 'a stranger';
        return failure(`${method} ${path} answers ${who} with ${status} and not 401`, {
          cause: 'what is there may be for everybody, or a proxy or cache answers for the desk',
          fix: 'take caches off /api; look for the request in the log',
        });
      }
    return ok('nothing of the desk is told to who is not signed in, nor to a token that nobody signed');
  },
};

/** Metrics, and what /health says of the inside, are for operators. */
export const operatorsOnlyCheck: SecurityCheck = {
  name: 'operators-only',
  asvs: ['13.4.5'],
  run: async (context, signal) => {
    const metrics = await look(context, '/metrics', signal);
    if (metrics.body.includes('# HELP'))
      return failure('/metrics is told to everybody', {
        cause:
          'what is in front does not add X-Forwarded-For, so that everybody looks like this machine itself',
        fix: 'include proxy.conf of deploy/machine in each location; or keep /metrics from the outside',
      });
    const health = jsonOf(await look(context, '/health', signal));
    const told = JSON.stringify(health);
    if (/"(message|error|detail)":/.test(told))
      return failure('/health tells everybody what is inside', {
        cause: 'the same as with /metrics',
        fix: 'include proxy.conf of deploy/machine in each location',
      });
    return ok('metrics and the details of health are told to operators only');
  },
};

/** The description of the API is public on purpose; its page must be as careful as any other. */
export const docsCheck: SecurityCheck = {
  name: 'api-docs',
  asvs: ['13.4.5', '3.4.3'],
  run: async (context, signal) => {
    const page = await look(context, '/api/docs', signal, { headers: { accept: 'text/html' } });
    if (page.status >= 400) return ok('the description of the API is not served');
    const policy = headerOf(page, 'content-security-policy');
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1]?.trim();
    if (scripts !== "'self'")
      return failure(`/api/docs may run scripts from ${scripts ?? 'anywhere'}`, {
        cause: 'a proxy or CDN takes its Content-Security-Policy away, or sets another',
        fix: 'pass the desk’s own headers on for /api',
      });
    return ok('the description of the API is public, as it is meant to be, and runs its own scripts only');
  },
};

export const developmentCheck: SecurityCheck = {
  name: 'development-off',
  asvs: ['6.3.2', '13.4.2', '15.2.3'],
  run: async (context, signal) => {
    const { demoAccounts } = jsonOf(await look(context, '/api/auth/options', signal));
    const { environment } = jsonOf(await look(context, '/config.json', signal));
    if (!Array.isArray(demoAccounts)) return notChecked('/api/auth/options is not answered as the desk does');
    if (demoAccounts.length > 0 || environment === 'development')
      return failure('it runs as a desk in development, with accounts whose passwords everybody knows', {
        cause: 'NODE_ENV is development, or not set',
        fix: 'NODE_ENV=production, another database, restart',
      });
    return ok(
      `no demo accounts are offered (${typeof environment === 'string' ? environment : 'environment unknown'})`,
    );
  },
};
