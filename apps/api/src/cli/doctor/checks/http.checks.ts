import { isError } from '../causes/error-chain';
import { jsonOf } from '../ask';
import { askApi, askAsOperator, liveAnswer, notAnswering, whyNoApi } from '../api-probe';
import { type DoctorCheck, type DoctorContext, failure, ok, warning } from '../check';

interface HealthAnswer {
  status?: string;
  version?: string;
  /** Seconds. */
  uptime?: number;
  checks?: Record<string, { status: string; message?: string }>;
}

/** Whether anything is there to be asked. The other checks over HTTP are skipped where this one is not ok. */
export const apiCheck: DoctorCheck = {
  name: 'api',
  timeoutMs: 8_000,
  run: async (context, signal) => {
    const answer = await liveAnswer(context, signal);
    if (isError(answer) || jsonOf(answer)['status'] !== 'alive') return notAnswering(context, answer);
    return ok(`answers at ${context.url.origin}`);
  },
};

export const healthCheck: DoctorCheck = {
  name: 'health',
  run: async (context, signal) => {
    const away = await whyNoApi(context, signal);
    if (away) return away;
    const ready = await askApi(context, '/health/ready', { signal });
    if (ready.status !== 200) {
      const reason = String(jsonOf(ready)['reason'] ?? `status ${ready.status}`);
      return failure(`not ready: ${reason}`, {
        cause: 'load balancers send it nothing while it is not ready',
        fix: 'npm run migration:run for pending migrations; for an unavailable database see the check database',
      });
    }
    const health = await healthOf(context, signal);
    const unwell = Object.entries(health.checks ?? {}).filter(([, { status }]) => status !== 'pass');
    const list = unwell.map(([name, { status, message }]) => `${name}: ${message ?? status}`).join('; ');
    if (health.status === 'healthy')
      return ok(list === '' ? 'ready and healthy' : `ready and healthy (${list})`);
    return (health.status === 'degraded' ? warning : failure)(`${health.status ?? 'no health'}: ${list}`, {
      cause: 'the running server finds this itself',
      fix: 'look at the checks of the same names here, and at the log for health.check-failed',
    });
  },
};

const SAME_PROCESS_S = 5;

/** As strangers see it; with the messages that operators see, where this machine can ask the same process itself. */
async function healthOf(context: DoctorContext, signal: AbortSignal): Promise<HealthAnswer> {
  const seen = jsonOf(await askApi(context, '/health', { signal })) as HealthAnswer;
  const asked = await askAsOperator(context, '/health', signal);
  const own = (asked === null ? {} : jsonOf(asked)) as HealthAnswer;
  const same =
    own.version === seen.version && Math.abs((own.uptime ?? NaN) - (seen.uptime ?? NaN)) <= SAME_PROCESS_S;
  return same ? own : seen;
}
