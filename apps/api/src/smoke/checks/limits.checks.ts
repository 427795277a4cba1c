import { failure, ok, skipped } from '../../cli/doctor/check';
import { madeUpAccount } from '../../cli/doctor/made-up';
import { expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';

/** More failed sign-ins than any desk should allow. */
const MOST_TRIES = 25;
const NOT_COUNTED = {
  cause: 'the desk does not count, or something in front answers in its place',
  fix: 'RATE_LIMIT_ANONYMOUS and RATE_LIMIT_USER; THROTTLE_STORE=redis where there is more than one process',
};

/** Who asks is told how much is left. */
export const rateLimitCheck: SmokeCheck = {
  name: 'rate-limit',
  run: async ({ remote }, signal) => {
    const { status, headers } = await remote.ask('/api/tickets', { signal });
    const [limit, remaining] = [headers['ratelimit-limit'], headers['ratelimit-remaining']].map(Number);
    if (status === 429 && Number(limit) > 0)
      return ok(`strangers may ask ${limit} times in a window, as often as this address has asked`);
    const counted =
      status === 401 && Number(limit) > 0 && Number(remaining) >= 0 && Number(remaining) < Number(limit);
    expectThat(
      counted,
      `requests are not counted: ${status}, limit ${limit}, remaining ${remaining}`,
      NOT_COUNTED,
    );
    return ok(`strangers may ask ${limit} times in a window`);
  },
};

/** Wrong passwords of an account that is not there are looked at a few times only. The last check, as it is the rudest. */
export const signInLimitCheck: SmokeCheck = {
  name: 'sign-in-limit',
  timeoutMs: 60_000,
  run: async ({ remote, trySignInLimit }, signal) => {
    if (!remote.alone && !trySignInLimit)
      return skipped(
        'it would keep everybody at this address from signing in for a while: made on the machine itself, or with --try-sign-in-limit',
      );
    const account = JSON.stringify(madeUpAccount());
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const { status, headers } = await remote.ask('/api/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: account,
        signal,
      });
      if (status === 429) return ok(`refused at try ${tries}, for ${headers['retry-after'] ?? 'some'} s`);
      if (status !== 401)
        return failure(`a wrong password is answered ${status}`, {
          cause: 'sign-in does not work as it should',
          fix: `look for request ${String(headers['x-request-id'])} in the log of the desk`,
        });
    }
    return failure(`${MOST_TRIES} wrong passwords were looked at`, {
      cause: 'failed sign-ins are not counted, or each process counts for itself',
      fix: 'SIGN_IN_FAILURES_PER_ACCOUNT and SIGN_IN_FAILURES_PER_ADDRESS; THROTTLE_STORE=redis where there is more than one process',
    });
  },
};
