import { type Answer, jsonOf } from '../../cli/doctor/ask';
import { ok, skipped, warning } from '../../cli/doctor/check';
import { Browser } from '../../remote-checks/browser';
import { expectStatus, expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';

const SESSIONS = {
  cause: 'sessions are not looked up, or something in front answers from a cache',
  fix: 'nothing below /api may be cached in proxy or CDN; look at the log of the desk',
};
const COOKIE = {
  cause: 'the proxy or the CDN changes cookies, or the desk does not know that it is reached over TLS',
  fix: 'let Set-Cookie through as it is; FRONTEND_URL begins with https://',
};

/** Somebody new makes an account, is signed in by it, and the cookie is one that scripts cannot read. */
export const registerCheck: SmokeCheck = {
  name: 'register',
  writes: true,
  run: async ({ visit, remote }, signal) => {
    const { registered, email, browser } = await visit.customer(signal);
    expectThat(await isSignedIn(browser, email, signal), 'the new account is not signed in', SESSIONS);
    if (registered === null)
      return skipped('accounts are made by the desk here: two were made in its database');
    const cookie =
      registered.headers['set-cookie']?.find((each) => /^(__Secure-)?liftdesk_refresh=/.test(each)) ?? '';
    const wanted = ['HttpOnly', 'SameSite=Strict', 'Path=/api/auth', ...(remote.secure ? ['Secure'] : [])];
    const attributes = cookie.split(';').map((part) => part.trim().toLowerCase());
    const missing = wanted.filter((attribute) => !attributes.includes(attribute.toLowerCase()));
    expectThat(missing.length === 0, `the cookie of the session lacks ${missing.join(', ')}`, COOKIE);
    return ok(`${email}, with a cookie that is ${wanted.join(', ')}`);
  },
};

export const signInCheck: SmokeCheck = {
  name: 'sign-in',
  writes: true,
  run: async ({ visit, remote }, signal) => {
    const { email, password } = await visit.customer(signal);
    const browser = new Browser(remote);
    const answer = await browser.ask('/api/auth/login', {
      method: 'POST',
      json: { email, password },
      signal,
    });
    if (answer.status === 429)
      return warning('nobody may sign in from here for now: too many failed sign-ins', {
        cause: 'wrong passwords were tried from this address, as by a smoke test with --try-sign-in-limit',
        fix: `try again in ${answer.headers['retry-after'] ?? '900'} s, or from elsewhere`,
      });
    expectStatus(answer, 200, 'POST /api/auth/login');
    expectThat(
      await isSignedIn(browser, email, signal),
      'the session of the sign-in does not hold',
      SESSIONS,
    );
    return ok('by address and password');
  },
};

/** The cookie alone gives another access token. */
export const refreshCheck: SmokeCheck = {
  name: 'refresh',
  writes: true,
  run: async ({ visit, remote }, signal) => {
    const { browser, email } = await visit.customer(signal);
    browser.token = null;
    expectStatus(
      await browser.ask('/api/auth/refresh', { method: 'POST', signal }),
      200,
      'POST /api/auth/refresh with the cookie of a session',
    );
    expectThat(await isSignedIn(browser, email, signal), 'the new access token is not taken', SESSIONS);
    const stranger = await remote.ask('/api/auth/refresh', { method: 'POST', signal });
    expectStatus(stranger, 401, 'POST /api/auth/refresh without a cookie');
    return ok('a new access token by the cookie, none without');
  },
};

/** What is not for everybody is refused: without a session, with an invented one, with one that may not. */
export const protectedRoutesCheck: SmokeCheck = {
  name: 'protected-routes',
  run: async ({ remote }, signal) => {
    const invented = { authorization: `Bearer ${inventedToken()}` };
    for (const path of ['/api/tickets', '/api/users', '/api/events', '/api/auth/me'])
      expectStatus(await remote.ask(path, { signal }), 401, `GET ${path} without a session`);
    expectStatus(
      await remote.ask('/api/tickets', { headers: invented, signal }),
      401,
      'GET /api/tickets with an invented session',
    );
    return ok('tickets, people, events and oneself only with a session');
  },
};

/** A customer does not do what is the desk's. */
export const rolesCheck: SmokeCheck = {
  name: 'roles',
  writes: true,
  run: async ({ visit }, signal) => {
    const { browser } = await visit.customer(signal);
    for (const path of ['/api/users', '/api/agents', '/api/tickets/counts'])
      expectStatus(await browser.ask(path, { signal }), 403, `GET ${path} as a customer`);
    return ok('a customer sees neither people nor queues');
  },
};

/** An end is an end: the token that was good a moment ago is refused. */
export const signOutCheck: SmokeCheck = {
  name: 'sign-out',
  writes: true,
  run: async ({ visit }, signal) => {
    const { browser, email } = await visit.stranger(signal);
    expectThat(await isSignedIn(browser, email, signal), 'the new account is not signed in', SESSIONS);
    const cookies = browser.headersFor('/api/auth/refresh');
    expectStatus(
      await browser.ask('/api/auth/logout', { method: 'POST', signal }),
      204,
      'POST /api/auth/logout',
    );
    for (const path of ['/api/auth/me', '/api/tickets'])
      expectStatus(await browser.ask(path, { signal }), 401, `GET ${path} after signing out`);
    expectStatus(
      await visit.remote.ask('/api/auth/refresh', { method: 'POST', headers: cookies, signal }),
      401,
      'POST /api/auth/refresh with the cookie of a session that is over',
    );
    return ok('the session and its cookie are good for nothing more');
  },
};

async function isSignedIn(browser: Browser, email: string, signal: AbortSignal): Promise<boolean> {
  const answer: Answer = await browser.ask('/api/auth/me', { signal });
  return answer.status === 200 && jsonOf(answer)['email'] === email;
}

/** In form a JWT, signed by nobody. */
function inventedToken(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: '00000000-0000-7000-8000-000000000000', exp: 4_102_444_800 };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
}
