import { isError } from '../causes/error-chain';
import { ask } from '../ask';
import { isLoopback } from '../ask';
import { type DoctorCheck, type DoctorContext, failure, ok, skipped, warning } from '../check';

const WARN_MS = 2_000;
const FAIL_MS = 5 * 60_000;
const SET_IT = {
  cause:
    'signatures to AWS, signed links and sign-ins depend on the time: S3 refuses beyond 15 minutes, others beyond 5',
  fix: 'sudo timedatectl set-ntp true; chronyc tracking shows the offset',
};

/** This machine's clock against that of somebody else, by the Date of an answer: S3's before the API's own. */
export const clockCheck: DoctorCheck = {
  name: 'clock',
  run: async (context, signal) => {
    const source = sourceOf(context);
    if (source === null) return skipped('no clock but this machine’s own is asked by this configuration');
    const askedAt = context.now();
    const answer = await ask(source, { method: 'HEAD', verified: false, signal }).catch(
      (error: unknown) => error as Error,
    );
    const answeredAt = context.now();
    if (isError(answer)) return skipped(`${source.origin} does not answer: ${answer.message}`);
    const told = Date.parse(answer.headers.date ?? '');
    if (Number.isNaN(told)) return skipped(`${source.origin} tells no time`);
    const skew = skewOf(told, askedAt, answeredAt);
    const message = `${describe(skew)} against ${source.host}`;
    if (Math.abs(skew) > FAIL_MS) return failure(message, SET_IT);
    return Math.abs(skew) > WARN_MS ? warning(message, SET_IT) : ok(message);
  },
};

/** A Date has whole seconds, and was written some time between question and answer: what fits into that is no skew. */
function skewOf(told: number, askedAt: number, answeredAt: number): number {
  const earliest = askedAt - (told + 999);
  const latest = answeredAt - told;
  if (earliest <= 0 && latest >= 0) return 0;
  return earliest > 0 ? earliest : latest;
}

function sourceOf({ config: { storage }, url }: DoctorContext): URL | null {
  if (storage.type === 's3') return new URL(storage.endpoint ?? `https://s3.${storage.region}.amazonaws.com`);
  return isLoopback(url) ? null : new URL('/health/live', url);
}

function describe(skew: number): string {
  if (skew === 0) return 'no skew to be seen';
  return `${(Math.abs(skew) / 1_000).toFixed(1)} s ${skew > 0 ? 'ahead' : 'behind'}`;
}
