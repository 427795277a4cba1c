import { isError } from '../../cli/doctor/causes/error-chain';
import { explain } from '../../cli/doctor/causes/explain';
import { failure, type Finding, ok, skipped, warning } from '../../cli/doctor/check';
import { expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';
import { awaitLine, type LogFinder } from '../log-finder';

const DENIED = /^AccessDenied|^UnrecognizedClient|^CredentialsProvider|^ExpiredToken/;
const NOT_KEPT = {
  cause: 'lines are not written there, wait on their way, or the proxy answers in the place of the desk',
  fix: 'npm run doctor on the machine looks at the log; LOG_DIR or LOG_GROUP say where it is',
};

/** A request is found in the log by the id that its answer had. */
export const requestLogCheck: SmokeCheck = {
  name: 'request-log',
  timeoutMs: 30_000,
  run: async ({ remote, logs }, signal) => {
    const { headers } = await remote.ask('/api/auth/options', { signal });
    const id = headers['x-request-id'];
    expectThat(typeof id === 'string', 'the answer has no X-Request-Id', {
      cause: 'the proxy takes it away, or it is not the desk that answers',
      fix: 'let X-Request-Id of the desk through',
    });
    if (typeof logs === 'string') return skipped(logs);
    const line = await awaitLine(logs, id, signal).catch((error: unknown) => error as Error);
    if (isError(line)) return notRead(logs, line);
    if (line !== null) return ok(`request ${id} is in ${logs.place}`);
    const message = `request ${id} is not in ${logs.place}`;
    return logs.prompt ? failure(message, NOT_KEPT) : warning(`${message} so far`, NOT_KEPT);
  },
};

/** A service that is asked for the log is no part of the desk: that it does not answer says nothing of the desk. */
function notRead({ place, prompt }: LogFinder, error: Error): Finding {
  if (prompt) throw error;
  if (DENIED.test(error.name)) return skipped(`${place} may not be read from here (logs:FilterLogEvents)`);
  const { cause } = explain(error);
  return warning(`${place} could not be asked: ${error.message}`, { cause, fix: NOT_KEPT.fix });
}
