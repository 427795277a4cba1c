import { RefusedError, type Output } from '../operator';
import { runDoctor } from '../doctor/doctor';
import type { Side } from './side';

/** What can be looked at of a place whose server may not run yet. */
const OF_EITHER = ['config', 'secrets', 'database', 'storage', 'clock'];
const OF_SOURCE = [...OF_EITHER, 'migrations'];
const OF_TARGET = [...OF_EITHER, 'mail', 'redis', 'logs', 'disk', 'memory'];

/** The doctor looks at one side. @throws RefusedError with what it found, where something fails */
export async function examine(role: 'source' | 'target', { env, name }: Side, output: Output): Promise<void> {
  const { healthy, reports } = await runDoctor(env, { only: role === 'source' ? OF_SOURCE : OF_TARGET });
  const found = reports.filter(({ verdict }) => verdict === 'warning' || verdict === 'failure');
  const lines = found.map(
    ({ name: check, verdict, message, cause, fix }) =>
      `  ${verdict} of ${check}: ${[message, cause, fix].filter(Boolean).join('; ')}`,
  );
  if (!healthy)
    throw new RefusedError(`The doctor does not let the ${role} pass (${name}):\n${lines.join('\n')}`);
  output.line(`The ${role} (${name}): ${reports.length} checks, ${found.length} warnings`);
  for (const line of lines) output.line(line);
}
