import { ask, type Answer } from '../ask';
import { directUrl, whyNoApi } from '../api-probe';
import { type DoctorCheck, type DoctorContext, failure, ok, skipped } from '../check';
import { madeUpAccount, madeUpAddress, spareLoopback } from '../made-up';

/** How the tries are made: where they go, and as whom, so that nobody's own address is used up by them. */
interface Disguise {
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly localAddress?: string;
}

/** Tries wrong passwords for an account that is not there until it is refused. The last check, as it is the rudest. */
export const signInLimitCheck: DoctorCheck = {
  name: 'sign-in-limit',
  timeoutMs: 30_000,
  run: async (context, signal) => {
    const away = await whyNoApi(context, signal);
    if (away) return away;
    const disguise = await disguiseFor(context, signal);
    if (disguise === null)
      return skipped(
        'the tries would shut out the address they come from: run the doctor on the server itself, where it makes one up',
      );
    const { SIGN_IN_FAILURES_PER_ACCOUNT: byAccount, SIGN_IN_FAILURES_PER_ADDRESS: byAddress } =
      context.config.throttling;
    const limit = Math.min(byAccount, byAddress);
    const account = madeUpAccount();
    for (let tries = 1; tries <= limit + 1; tries += 1) {
      const answer = await signIn(disguise, account, signal);
      if (answer.status === 429)
        return ok(`refused at try ${tries} with a wrong password, ${limit} are allowed`);
      if (answer.status !== 401)
        return failure(`a wrong password was answered ${answer.status}`, {
          cause: 'sign-in does not work as it should',
          fix: 'look for the request in the log',
        });
    }
    return failure(`${limit + 1} wrong passwords were looked at, and ${limit} are allowed`, {
      cause: 'the running server has another configuration, or its processes count each for themselves',
      fix: 'set THROTTLE_STORE=redis where there is more than one process; restart with this configuration',
    });
  },
};

async function signIn(
  { url, headers, localAddress }: Disguise,
  account: object,
  signal: AbortSignal,
): Promise<Answer> {
  return ask(new URL('/api/auth/login', url), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(account),
    ...(localAddress !== undefined && { localAddress }),
    signal,
  });
}

/** At the API's own port: as a proxy that tells a made-up address, or from a spare address of this machine. */
async function disguiseFor(context: DoctorContext, signal: AbortSignal): Promise<Disguise | null> {
  const url = directUrl(context);
  const forwarded: Disguise = { url, headers: { 'x-forwarded-for': madeUpAddress() } };
  const spare: Disguise = { url, headers: {}, localAddress: spareLoopback() };
  for (const disguise of [forwarded, spare]) if (await isFresh(disguise, signal)) return disguise;
  return null;
}

/** Whether the server counts the disguise apart from this machine's own address: then nobody else is shut out. */
async function isFresh(disguise: Disguise, signal: AbortSignal): Promise<boolean> {
  const remaining = async (from: Partial<Disguise>): Promise<number> => {
    const url = new URL('/api/doctor-looks-for-its-address', disguise.url);
    const answer = await ask(url, { ...from, signal });
    return Number(answer.headers['ratelimit-remaining'] ?? NaN);
  };
  try {
    const own = await remaining({});
    const told = await remaining(disguise);
    // Counted together, the second one would be one less, or both are used up.
    return told >= own && told > 0;
  } catch {
    return false;
  }
}
