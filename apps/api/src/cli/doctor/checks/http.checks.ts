import { isError } from '../causes/error-chain';
import { jsonOf } from '../ask';
import { askApi, liveAnswer, notAnswering, whyNoApi } from '../api-probe';
import { type DoctorCheck, failure, ok, warning } from '../check';

interface HealthAnswer {
  status?: string;
  version?: string;
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
    const health = jsonOf(await askApi(context, '/health', { signal })) as HealthAnswer;
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
