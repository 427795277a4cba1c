import { accessSync, constants } from 'node:fs';
import { askAsOperator } from '../api-probe';
import { jsonOf } from '../ask';
import { denied } from '../causes/aws';
import { reasonOf } from '../causes/explain';
import { type DoctorCheck, type DoctorContext, failure, type Finding, ok, skipped, warning } from '../check';
import { existingFolder } from './host.checks';

const REASONS = {
  AccessDenied: denied('logs:CreateLogStream and logs:PutLogEvents on the log group'),
  AccessDeniedException: denied('logs:CreateLogStream and logs:PutLogEvents on the log group'),
};
const UNKNOWN = {
  cause: 'lines wait or are lost on the way to CloudWatch Logs',
  fix: 'the group must exist (LOG_GROUP), and the role may logs:CreateLogStream and logs:PutLogEvents; look at the terminal of the server',
};

/** Where lines are kept. CloudWatch keeps what it is given, so the running server is asked how it fares with it. */
export const logsCheck: DoctorCheck = {
  name: 'logs',
  run: async (context, signal) => {
    const { logging } = context.config;
    if (logging.LOG_TRANSPORT === 'file') {
      accessSync(existingFolder(logging.LOG_DIR), constants.W_OK);
      return ok(`lines are kept in ${logging.LOG_DIR}`);
    }
    return ofServer(context, signal, logging.LOG_GROUP);
  },
};

async function ofServer(context: DoctorContext, signal: AbortSignal, group: string): Promise<Finding> {
  const health = await askAsOperator(context, '/health', signal);
  const { checks } = (health === null ? {} : jsonOf(health)) as {
    checks?: Record<string, { status: string; message?: string }>;
  };
  const logs = checks?.['logs'];
  if (logs === undefined) return skipped('only the running server knows how it fares with CloudWatch Logs');
  const message = `${group}: ${logs.message ?? logs.status}`;
  if (logs.status === 'pass') return ok(message);
  const code = /\b\w+(?:Exception|Denied)\b/.exec(message)?.[0];
  return (logs.status === 'warn' ? warning : failure)(message, reasonOf({ code }, REASONS) ?? UNKNOWN);
}
