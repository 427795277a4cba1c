import { randomBytes } from 'node:crypto';
import { DEMO_ACCOUNTS } from '../../auth/demo-accounts';
import type { Answer } from '../../cli/doctor/ask';
import { madeUpAccount, madeUpAddress } from '../../cli/doctor/made-up';
import { failure, ok } from '../../cli/doctor/check';
import { type AuditContext, headerOf, look, notChecked, type SecurityCheck } from '../audit-check';

/** A limit above it keeps nobody from guessing. */
const MOST_TRIES = 20;
/** So many requests make the count of this address differ from that of one which was never seen. */
const ROUNDS = 3;
const COUNTED = '/api/there-is-no-such-thing';

export const requestLimitCheck: SecurityCheck = {
  name: 'request-limit',
  asvs: ['2.4.1', '15.2.2'],
  run: async (context, signal) => {
    const [first, second] = [await left(context, signal), await left(context, signal)];
    if (first === null || second === null || second >= first)
      return failure('requests of strangers are not counted', {
        cause: 'the limits are off, or something in front takes RateLimit-* away',
        fix: 'look at RATE_LIMIT_ANONYMOUS; pass the desk’s headers on',
      });
    return ok(`requests of strangers are counted, ${second} are left to this address`);
  },
};

/** Headers that somebody believes, and how an address is written in them. */
const TOLD_BY: readonly (readonly [name: string, written: (address: string) => string])[] = [
  ['x-forwarded-for', (address) => address],
  ['x-real-ip', (address) => address],
  ['forwarded', (address) => `for="[${address}]"`],
  ['cloudfront-viewer-address', (address) => `${address}:443`],
  ['cf-connecting-ip', (address) => address],
  ['true-client-ip', (address) => address],
];

/** No client may choose the address that it is counted by. */
export const forwardedCheck: SecurityCheck = {
  name: 'forwarded-address',
  asvs: ['4.1.3', '15.3.4'],
  run: async (context, signal) => {
    let own: number | null = null;
    for (let round = 0; round < ROUNDS; round += 1) own = await left(context, signal);
    if (own === null) return notChecked('no limit is told, by which addresses could be told apart');
    for (const [name, written] of TOLD_BY) {
      const value = written(madeUpAddress());
      if (((await left(context, signal, { [name]: value })) ?? own) <= own) continue;
      return failure(`a made-up ${name} is believed`, {
        cause: 'each caller picks its own address, and with it a fresh limit',
        fix: 'let the proxy set it, not add to it: include proxy.conf of deploy/machine; TRUST_PROXY names the proxies alone',
      });
    }
    return ok('no header of a client changes the address that it is counted by');
  },
};

/** How many requests are left; null where it is not told. */
async function left(
  context: AuditContext,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<number | null> {
  const said = headerOf(await look(context, COUNTED, signal, { headers }), 'ratelimit-remaining');
  return said === '' ? null : Number(said);
}

const SHUTS_OUT =
  'wrong passwords shut out the address they come from for a while: run it on the machine, or with --try-sign-in-limit';

/** Those of the demo data, whose passwords stand in the source. Behind those that sign in, before the limit is reached. */
export const demoAccountsCheck: SecurityCheck = {
  name: 'demo-accounts',
  asvs: ['6.3.2'],
  timeoutMs: 30_000,
  run: async (context, signal) => {
    if (!context.remote.alone && !context.mayShutOut) return notChecked(SHUTS_OUT);
    for (const { email, password } of DEMO_ACCOUNTS) {
      const { status } = await signIn(context, { email, password }, signal);
      if (status === 429) return notChecked('this address has no more tries of signing in');
      if (status === 200)
        return failure(`${email} signs in with the password of the demo data`, {
          cause: 'the database was filled with demo data',
          fix: 'give the desk another database; or npm run user:password -- --email … for each of them',
        });
      if (status !== 401) return notChecked(`signing in is answered ${status}`);
    }
    return ok('none of them signs in');
  },
};

/** Tries wrong passwords until it is refused. The last one, for the address has no more tries then. */
export const signInLimitCheck: SecurityCheck = {
  name: 'sign-in-limit',
  asvs: ['6.3.1'],
  timeoutMs: 60_000,
  run: async (context, signal) => {
    if (!context.remote.alone && !context.mayShutOut) return notChecked(SHUTS_OUT);
    const { email } = madeUpAccount();
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const { status } = await signIn(context, { email, password: drawn() }, signal);
      if (status === 429) return ok(`refused at try ${tries} with a wrong password`);
      if (status !== 401)
        return failure(`a wrong password is answered ${status}`, {
          cause: 'sign-in does not work as it should',
          fix: 'look for the request in the log',
        });
    }
    return failure(`${MOST_TRIES} wrong passwords were looked at`, {
      cause: 'the limit is too high, or each process counts for itself',
      fix: 'SIGN_IN_FAILURES_PER_ACCOUNT=5; THROTTLE_STORE=redis where there is more than one process',
    });
  },
};

const drawn = (): string => randomBytes(18).toString('base64url');

function signIn({ remote }: AuditContext, account: object, signal: AbortSignal): Promise<Answer> {
  return remote.ask('/api/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
    signal,
  });
}
