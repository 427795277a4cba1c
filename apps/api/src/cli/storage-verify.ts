import { type Command, InvalidArgumentError } from 'commander';
import { readEnvironment } from '../config/environment';
import { withDefaults } from '../config/platform';
import { loadConfigOnce } from '../config/load-config';
import { type StorageVerifyReport, verifyStorage } from '../files-move/storage-verify';
import { totalsOf } from '../files-move/words';
import { DATABASE_PLACES, STORAGE_PLACES, storagePlace } from '../transfer/places';
import { DifferenceError } from '../common/operator-errors';
import { action, operatorCommand, type OperatorOptions, type Output } from './operator';
import { keepHeapSmall } from '../common/small-heap';
import { withAttachments } from './storage-attachments';
import { differencesOf, forPrograms, parallel, showFiles } from './storage-move';

interface Options extends OperatorOptions {
  storage?: string;
  database?: string;
  parallel: number;
  quick?: true;
  mendFrom?: string;
  removeOrphans?: number;
}

export function storageVerifyCommand(): Command {
  return operatorCommand(
    'storage:verify',
    'compare every row of a file with its object, by SHA-256, and every object with its row; mends nothing unless told',
  )
    .option('--storage <place>', `which storage: ${STORAGE_PLACES}; the configured one unless given`)
    .option('--database <place>', `whose files: ${DATABASE_PLACES}; the configured one unless given`)
    .option('--parallel <files>', 'at a time, 1 to 64', parallel, 8)
    .option('--quick', 'go by sizes and read no object')
    .option('--mend-from <place>', 'take what is missing or wrong from there, each file proven first')
    .option(
      '--remove-orphans <number>',
      "remove objects of which this database knows nothing, if they are as many as the last run has listed: they may be another desk's",
      numberOf,
    )
    .action(action(run));
}

function numberOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('It is the number of orphans that the last run has listed.');
}

async function run(options: Options, output: Output, signal: AbortSignal): Promise<void> {
  keepHeapSmall();
  const env = withDefaults(readEnvironment());
  const storage = options.storage
    ? storagePlace(options.storage, env)
    : (await loadConfigOnce(readEnvironment())).storage;
  const mendFrom = options.mendFrom === undefined ? undefined : storagePlace(options.mendFrom, env);
  await withAttachments(options.database, async (attachments) => {
    const onProgress = showFiles(output, options.quick ? 'Looking at files' : 'Reading files');
    const { parallel, quick, removeOrphans } = options;
    tell(
      await verifyStorage({
        attachments,
        storage,
        parallel,
        quick,
        mendFrom,
        removeOrphans,
        onProgress,
        signal,
      }),
      output,
    );
  });
}

function tell(report: StorageVerifyReport, output: Output): void {
  const { sound, mended, differences, orphans, foreign, removed, noted, young } = report;
  const gone = new Set(removed);
  const left = orphans.count - gone.size;
  const lines = [
    `Sound in ${report.storage}: ${totalsOf(sound)}`,
    ...(mended.files > 0 ? [`Mended: ${totalsOf(mended)}`] : []),
    ...differencesOf('Not as their rows say', report),
    ...removed.map((key) => `Removed: ${key}`),
    ...(left > 0
      ? [
          `Orphans, of which this database knows nothing: ${left}`,
          ...orphans.first.filter((key) => !gone.has(key)).map((key) => `  ${key}`),
        ]
      : []),
    ...(noted + young > 0
      ? [
          `Without a row and not to be judged: ${noted} that the server's sweeper sees to, ${young} younger than a day`,
        ]
      : []),
    ...(foreign.count > 0 ? [`Not named as a desk names its files, and left alone: ${foreign.count}`] : []),
  ];
  const details = {
    ...report,
    differences: forPrograms(differences),
    orphans: forPrograms(orphans),
    foreign: forPrograms(foreign),
  };
  if (differences.count + left === 0) return output.result(details, lines.join('\n'));
  throw Object.assign(new DifferenceError(lines.join('\n')), { details });
}
