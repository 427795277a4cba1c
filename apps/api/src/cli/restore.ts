import { type Command, InvalidArgumentError, Option } from 'commander';
import { type RestoreOptions, restoreBackup } from '../backup/restore/restore-backup';
import { type RestoreReport, filesText } from '../backup/restore/restore-report';
import { buildVersion } from '../common/build-version';
import type { Config } from '../config/config';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { withDefaults } from '../config/platform';
import { bytesOf } from '../files-move/words';
import { DATABASE_PLACES, STORAGE_PLACES, databasePlace, storagePlace } from '../transfer/places';
import { type OperatorOptions, type Output, action, operatorCommand } from './operator';
import { patient } from './with-database';

interface Options extends OperatorOptions {
  name?: string;
  /** Milliseconds since 1970. */
  at?: number;
  into?: string;
  filesInto?: string;
  withoutFiles?: true;
  sendQueuedMail?: true;
  dryRun?: true;
  reports: string;
}

const MORE = `
Without a name or --at it lists the backups. The server must be stopped: deploy/scripts/restore stops it, restores, and
starts it again. What was there before is kept aside: nothing is deleted.
Everybody signs in again, and attaches again what had been uploaded and not sent when the backup was made; mail that waited
then is not sent, as most of it was sent after that.`;

export function restoreCommand(): Command {
  return operatorCommand(
    'restore',
    'bring the desk back from a backup, proven whole before anything is changed',
  )
    .argument('[name]', 'the backup, or latest')
    .addOption(
      new Option(
        '--at <time>',
        'the newest backup that was made before it, such as 2026-11-25T22:00',
      ).argParser(parseTime),
    )
    .option('--into <place>', `another database: ${DATABASE_PLACES}. Attachments are then left alone`)
    .option('--files-into <place>', `where attachments are put back: ${STORAGE_PLACES}`)
    .option('--without-files', 'the database alone: attachments are neither looked at nor put back')
    .option('--send-queued-mail', 'send what waited to be sent when the backup was made')
    .option('--dry-run', 'do everything in a scratch place and throw it away')
    .option('--reports <folder>', 'where the report is kept', './move-reports')
    .addHelpText('after', MORE)
    .action((name: string | undefined, options: Options, command: Command) => {
      if (name !== undefined && options.at !== undefined)
        command.error('error: give the name of a backup or --at, not both');
      return action<Options>(run)({ ...options, name });
    });
}

async function run(options: Options, output: Output, signal: AbortSignal): Promise<void> {
  const config = await loadConfigOnce(readEnvironment());
  const report = await restoreBackup(config, {
    ...wanted(options, config),
    version: config.app.APP_VERSION ?? buildVersion(),
    say: (line) => output.line(line),
    onFiles: (bytes, of) =>
      output.progress.show({
        ...{ phase: 'Looking at attachments', done: bytes, total: Math.max(of, 1), rows: 0 },
        words: `${bytesOf(bytes)} of ${bytesOf(of)}`,
      }),
    signal,
  });
  const next = options.into === undefined && !report.dryRun ? ['Start the server now'] : [];
  output.result(report, [report.dryRun ? triedText(report) : restoredText(report), ...next].join('\n'));
}

function wanted(
  options: Options,
  config: Config,
): Omit<RestoreOptions, 'version' | 'say' | 'onFiles' | 'signal'> {
  const { name, at, into, filesInto, withoutFiles, sendQueuedMail, dryRun, reports } = options;
  const env = withDefaults(readEnvironment());
  const store = filesInto === undefined ? null : storagePlace(filesInto, env);
  return {
    ...{ name, at, reports },
    into: into === undefined ? patient(config.database) : databasePlace(into, env),
    filesInto: withoutFiles ? null : (store ?? (into === undefined ? config.storage : null)),
    sendQueuedMail: sendQueuedMail ?? false,
    dryRun: dryRun ?? false,
  };
}

function triedText({ backup, createdAt, tables, files }: RestoreReport): string {
  return [
    `${backup}, the desk of ${createdAt}, can be restored: ${rowsOf(tables)} rows, all compared with the backup`,
    ...(files === null ? [] : [filesText(files).replace('put back', 'to be put back')]),
    'Nothing was changed',
  ].join('\n');
}

function restoredText(report: RestoreReport): string {
  const { backup, createdAt, into, aside, tables, settled, files, notes, file } = report;
  return [
    `Restored ${backup}, the desk of ${createdAt}, into ${into}: ${rowsOf(tables)} rows, all compared with the backup`,
    files === null ? 'Attachments were left alone: npm run storage:verify looks at them' : filesText(files),
    `Everybody signs in again (sessions that were ended: ${settled.sessions}). Mails that waited and are not sent: ${settled.mails}`,
    ...(aside === null ? [] : [keptText(aside, into)]),
    ...notes,
    ...(file === undefined ? [] : [`The report is ${file}`]),
  ].join('\n');
}

function keptText(aside: string, into: string): string {
  const there = into.startsWith('sqlite:') ? `DATABASE_PATH=${aside}` : `DATABASE_URL=…/${aside}`;
  return `The database from before is kept as ${aside}: remove it when nobody needs it. The way back to it: ${there} npm run backup, and restore that`;
}

const rowsOf = (tables: RestoreReport['tables']): string =>
  Object.values(tables)
    .reduce((sum, { rows }) => sum + rows, 0)
    .toLocaleString('en');

function parseTime(text: string): number {
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(instant))
    throw new InvalidArgumentError('Write it like 2026-11-25T22:00, or with Z or +01:00 behind it.');
  return instant;
}
