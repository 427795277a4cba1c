import type { StorageConfig } from '@liftdesk/storage';
import { type Command, InvalidArgumentError } from 'commander';
import { buildVersion } from '../common/build-version';
import { readEnvironment } from '../config/environment';
import { withDefaults } from '../config/platform';
import type { FilesReport } from '../files-move/move-files';
import {
  moveStorage,
  planStorageMove,
  type StorageMovePlan,
  type StorageMoveReport,
} from '../files-move/storage-move';
import { bytesOf, durationOf, Pace, totalsOf, wordsOfDifference } from '../files-move/words';
import type { FilesProgress } from '../files-move/move-files';
import { DATABASE_PLACES, STORAGE_PLACES, storagePlace } from '../transfer/places';
import { DifferenceError, RefusedError } from '../common/operator-errors';
import { action, operatorCommand, type OperatorOptions, type Output } from './operator';
import { keepHeapSmall } from '../common/small-heap';
import { withAttachments } from './storage-attachments';

interface Options extends OperatorOptions {
  from: string;
  to: string;
  database?: string;
  parallel: number;
  reports: string;
  dryRun?: true;
}

/** Differences that stdout tells; the report has them all. */
const TOLD = 20;

export function storageMoveCommand(): Command {
  return operatorCommand(
    'storage:move',
    'bring every uploaded file to another place and prove each; the old place stays as it is, and the same command goes on after a break',
  )
    .requiredOption('--from <place>', `where the files are: ${STORAGE_PLACES}`)
    .requiredOption('--to <place>', 'where they shall be, written alike')
    .option('--database <place>', `whose files: ${DATABASE_PLACES}; the configured one unless given`)
    .option('--parallel <files>', 'at a time, 1 to 64', parallel, 8)
    .option('--reports <folder>', 'where the report is kept', './move-reports')
    .option('--dry-run', 'say what would be done and what would stop it, and do nothing')
    .action(action(run));
}

/** @throws InvalidArgumentError */
export function parallel(text: string): number {
  const files = Number(text);
  if (Number.isInteger(files) && files >= 1 && files <= 64) return files;
  throw new InvalidArgumentError('It is a whole number from 1 to 64.');
}

/** A line of progress with the bytes, their rate and the time left. */
export function showFiles(output: Output, phase: string): (progress: FilesProgress) => void {
  const pace = new Pace();
  return ({ done, total }) =>
    output.progress.show({
      phase,
      done: done.bytes,
      total: Math.max(total.bytes, 1),
      rows: done.files,
      words: pace.words(done, total),
    });
}

async function run(options: Options, output: Output, signal: AbortSignal): Promise<void> {
  keepHeapSmall();
  const env = withDefaults(readEnvironment());
  const [from, to] = [storagePlace(options.from, env), storagePlace(options.to, env)];
  await withAttachments(options.database, async (attachments) => {
    const { parallel, reports } = options;
    const move = { attachments, from, to, parallel, reports, version: buildVersion(), signal };
    if (options.dryRun) return tellPlan(await planStorageMove(move), output);
    const onProgress = showFiles(output, 'Moving files');
    tell(await moveStorage({ ...move, onProgress }), to, output);
  });
}

function tellPlan(plan: StorageMovePlan, output: Output): void {
  const { total, there, toCopy, free, obstacles, differences } = plan;
  const lines = [
    `From ${plan.from} to ${plan.to}: ${totalsOf(total)}`,
    `There with the right size, to be read back: ${totalsOf(there)}`,
    `To be copied and read back: ${totalsOf(toCopy)}`,
    ...(free === null ? [] : [`Room in the target: ${bytesOf(free)}`]),
    ...differencesOf('Cannot be brought', plan),
    ...obstacles.map((obstacle) => `Would stop it: ${obstacle}`),
    'Nothing was done.',
  ];
  const details = { dryRun: true, ...plan, differences: forPrograms(differences) };
  if (obstacles.length + differences.count === 0) return output.result(details, lines.join('\n'));
  const Failure = obstacles.length > 0 ? RefusedError : DifferenceError;
  throw Object.assign(new Failure(lines.join('\n')), { details });
}

function tell(report: StorageMoveReport, to: StorageConfig, output: Output): void {
  const { copied, there, differences, seconds, kept } = report;
  const lines = [
    `Copied and read back: ${totalsOf(copied)}`,
    `There already, and read back: ${totalsOf(there)}`,
    ...differencesOf('Not arrived', report),
    `It took ${durationOf(seconds)}. The report: ${kept}.txt and .json. Nothing was deleted at the source.`,
    `To use the files there, set ${settingsOf(to)} and restart the API; \`npm run storage:verify\` then finds what came meanwhile.`,
  ];
  const details = { ...report, differences: forPrograms(differences) };
  if (differences.count === 0) return output.result(details, lines.join('\n'));
  throw Object.assign(new DifferenceError(lines.join('\n')), { details });
}

const settingsOf = (to: StorageConfig): string =>
  to.type === 'local'
    ? `STORAGE_TYPE=local, UPLOAD_DIR=${to.uploadDir}`
    : `STORAGE_TYPE=s3, S3_ATTACHMENTS_BUCKET=${to.bucket}, S3_KEY_PREFIX=${to.keyPrefix}`;

export function differencesOf(title: string, { differences }: Pick<FilesReport, 'differences'>): string[] {
  if (differences.count === 0) return [];
  const told = differences.first.slice(0, TOLD).map((one) => `  ${wordsOfDifference(one)}`);
  const more = differences.count - told.length;
  return [`${title}: ${differences.count}`, ...told, ...(more > 0 ? [`  and ${more} more`] : [])];
}

export const forPrograms = <T>({ count, first }: { count: number; first: readonly T[] }) => ({
  count,
  listed: first,
});
