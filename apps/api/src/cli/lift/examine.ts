import { existsSync } from 'node:fs';
import { RefusedError } from '../../common/operator-errors';
import { type Output } from '../operator';
import { runDoctor } from '../doctor/doctor';
import type { Side } from './side';

const OF_EITHER = ['config', 'secrets', 'clock'];
const OF_SOURCE = [...OF_EITHER, 'database', 'migrations', 'storage'];
const OF_TARGET = [...OF_EITHER, 'mail', 'redis', 'disk'];

/** The doctor looks at one side. @throws RefusedError with what it found, where something fails */
export async function examine(
  role: 'source' | 'target',
  side: Side,
  skip: readonly string[],
  output: Output,
): Promise<void> {
  const only = role === 'source' ? OF_SOURCE : [...OF_TARGET, ...kept(side)];
  const { healthy, reports } = await runDoctor(side.env, { only, skip, directory: side.folder });
  const found = reports.filter(({ verdict }) => verdict === 'warning' || verdict === 'failure');
  const lines = found.map(
    ({ name: check, verdict, message, cause, fix }) =>
      `  ${verdict} of ${check}: ${[message, cause, fix].filter(Boolean).join('; ')}`,
  );
  if (!healthy)
    throw new RefusedError(
      [
        `The doctor does not let the ${role} pass (${side.name}):`,
        ...lines,
        'Nothing was written. What cannot be looked at from this machine is left out by --skip <checks>',
      ].join('\n'),
    );
  const looked = reports.filter(({ verdict }) => verdict !== 'skipped').length;
  output.line(`The ${role} (${side.name}): ${looked} checks, ${found.length} warnings`);
  for (const line of lines) output.line(line);
}

/**
 * What a new place has already. A file and a folder are made by the move, which looks whether they can be; and of a folder
 * nobody serves the links yet.
 */
function kept({ config: { database, storage } }: Side): string[] {
  return [
    ...(database.type === 'postgres' || existsSync(database.path) ? ['database'] : []),
    ...(storage.type === 's3' ? ['storage'] : []),
  ];
}
