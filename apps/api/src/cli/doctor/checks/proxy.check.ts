import { networkInterfaces } from 'node:os';
import { ask, isLoopback } from '../ask';
import { whyNoApi } from '../api-probe';
import { type DoctorCheck, type DoctorContext, failure, type Finding, ok, skipped, warning } from '../check';
import { madeUpAddress } from '../made-up';

/** Answered by nothing, and counted by address like everything that strangers ask. */
const COUNTED = '/api/doctor-looks-for-its-address';
/** So many requests make the count of this address differ from that of one which was never seen. */
const ROUNDS = 3;

/** No client may choose the address that it is counted by. */
export const proxyCheck: DoctorCheck = {
  name: 'proxy-headers',
  run: async (context, signal) => {
    const { http } = context.config;
    if (http.TRUST_PROXY === true)
      return failure('TRUST_PROXY=true: the running server believes every X-Forwarded-For', {
        cause: 'each caller picks its own address, and with it a fresh rate limit',
        fix: 'set TRUST_PROXY=loopback behind nginx on this machine, or the ranges of the load balancer’s subnets',
      });
    const away = await whyNoApi(context, signal);
    if (away) return away;
    const target = await targetOf(context, signal);
    if (target === null)
      return skipped(
        'asked from this machine, whose word the server takes as a proxy’s: give --url https://…',
      );
    const chosen = await choosesItsAddress(target, signal);
    if (chosen === null)
      return skipped('no rate limit is told there, so that addresses cannot be told apart');
    if (!chosen) return ok(`X-Forwarded-For of a client changes nothing at ${target.origin}`);
    return verdictFor(target);
  },
};

function verdictFor(target: URL): Finding {
  const message = `a made-up X-Forwarded-For is believed at ${target.origin}`;
  const fix =
    'let the proxy set it, not add to it: proxy_set_header X-Forwarded-For $remote_addr; TRUST_PROXY names the proxy alone';
  const cause = 'each caller picks its own address, and with it a fresh rate limit';
  if (!isLoopback(target)) return failure(message, { cause, fix });
  return warning(message, {
    cause: `${cause}; or only callers on this machine do, who count as a proxy`,
    fix,
  });
}

/**
 * Where a stranger could be. On this machine's own loopback everybody is believed as the proxy is: then another of its
 * addresses, where the server listens there too.
 */
async function targetOf(context: DoctorContext, signal: AbortSignal): Promise<URL | null> {
  const { url, config } = context;
  const direct = isLoopback(url) && Number(url.port || 80) === config.http.PORT;
  if (!direct) return url;
  for (const address of ownAddresses()) {
    const other = new URL(`http://${address}:${config.http.PORT}`);
    const answer = await ask(new URL('/health/live', other), { signal }).catch(() => null);
    if (answer?.status === 200) return other;
  }
  return null;
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address);
}

/** Null where the answers tell no limit. */
async function choosesItsAddress(target: URL, signal: AbortSignal): Promise<boolean | null> {
  let own: number | null = null;
  for (let round = 0; round < ROUNDS; round += 1) own = await remaining(target, {}, signal);
  const forged = await remaining(target, { 'x-forwarded-for': madeUpAddress() }, signal);
  if (own === null || forged === null) return null;
  return forged > own;
}

async function remaining(
  target: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<number | null> {
  const answer = await ask(new URL(COUNTED, target), { headers, verified: false, signal });
  const left = answer.headers['ratelimit-remaining'];
  return typeof left === 'string' ? Number(left) : null;
}
