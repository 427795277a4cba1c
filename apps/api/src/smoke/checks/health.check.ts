import { jsonOf } from '../../cli/doctor/ask';
import { ok, warning } from '../../cli/doctor/check';
import { expectStatus, expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';

const DOCTOR = 'npm run doctor on the machine says what is wrong';

/** The process lives, takes requests, is well, and is the one that was released. */
export const healthCheck: SmokeCheck = {
  name: 'health',
  run: async ({ remote, expectVersion }, signal) => {
    const live = expectStatus(await remote.ask('/health/live', { signal }), 200, '/health/live');
    expectThat(jsonOf(live)['status'] === 'alive', `what answers at ${remote.url.origin} is not Liftdesk`, {
      cause: 'another program answers there, or the proxy does not pass /health on',
      fix: 'forward /api and /health to the desk',
    });
    const ready = await remote.ask('/health/ready', { signal });
    expectThat(ready.status === 200, `it takes no requests: /health/ready is answered ${ready.status}`, {
      cause: 'the database cannot be reached, is not migrated, or the process is about to stop',
      fix: DOCTOR,
    });
    const health = await remote.ask('/health', { signal });
    const { status, version } = jsonOf(health) as { status?: string; version?: string };
    expectThat(status === 'healthy' || status === 'degraded', `/health says ${status ?? health.status}`, {
      cause: 'something that the desk cannot do without does not work',
      fix: DOCTOR,
    });
    expectThat(
      expectVersion === null || version === expectVersion,
      `version ${version ?? 'unknown'} runs, and not ${String(expectVersion)}`,
      {
        cause: 'the processes were not reloaded, or the address leads to other machines',
        fix: 'pm2 reload liftdesk; see where the address leads',
      },
    );
    if (status === 'healthy') return ok(`alive, ready and healthy, version ${version ?? 'unknown'}`);
    return warning(`version ${version ?? 'unknown'} is degraded`, {
      cause: 'something that the desk can do without for a while does not work',
      fix: DOCTOR,
    });
  },
};
