import type { Command } from 'commander';
import { getPriority, setPriority } from 'node:os';
import { describePlace, listBackups, openBackupPlace } from '../backup/backup-place';
import { type BackupReport, makeBackup } from '../backup/make-backup';
import { planBackup, planLines } from '../backup/plan-backup';
import { listingLines, summaryOf } from '../backup/words';
import { buildVersion } from '../common/build-version';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { DifferenceError } from '../common/operator-errors';
import { type OperatorOptions, type Output, action, operatorCommand } from './operator';

/** Of a process, from -20 for the first to 19 for the last: whoever waits for the server comes first. */
const NICE = 10;
/** So many attachments are named; --json names them all. */
const NAMED = 20;

interface Options extends OperatorOptions {
  list?: true;
  dryRun?: true;
}

export function backupCommand(): Command {
  return operatorCommand(
    'backup',
    'make a backup, restore it to prove it, and remove outdated ones; the server may go on',
  )
    .option('--list', 'list the backups that count, newest first')
    .option('--dry-run', 'tell what would be done')
    .action(action(backup));
}

async function backup({ list, dryRun }: Options, output: Output, signal: AbortSignal): Promise<void> {
  const config = await loadConfigOnce(readEnvironment());
  if (list) return show(config, output);
  if (dryRun) {
    const plan = await planBackup(config);
    return output.result(plan, planLines(plan));
  }
  // Who is further back already may not come forward.
  if (getPriority() < NICE) setPriority(NICE);
  const version = config.app.APP_VERSION ?? buildVersion();
  conclude(await makeBackup(config, { version, say: (line) => output.line(line), signal }), output);
}

async function show({ backup }: Config, output: Output): Promise<void> {
  const place = describePlace(backup);
  const { manifests, damaged } = await listBackups(await openBackupPlace(backup, { existing: true }));
  for (const { problem } of damaged) output.line(problem);
  output.result(
    { place, backups: manifests, damaged },
    listingLines(manifests).join('\n') || `There is no backup in the ${place}`,
  );
}

/** @throws DifferenceError, StartupError where it counts, and somebody should look at something all the same */
function conclude(report: BackupReport, output: Output): void {
  const { manifest, removal, problems, place } = report;
  const done = `${manifest.name} in the ${place} is proven and counts: ${summaryOf(manifest)}`;
  if (removal.backups.length > 0) output.line(`Removed, as outdated: ${removal.backups.join(', ')}`);
  for (const { storageKey, problem } of problems.slice(0, NAMED))
    output.line(`Attachment ${storageKey}: ${problem}`);
  if (problems.length > 0) {
    const words = `${done}. But ${problems.length} of its ${manifest.files.count} attachments are missing in the store, or are not what they were: npm run storage:verify`;
    throw Object.assign(new DifferenceError(words), { details: report });
  }
  if (removal.problems.length > 0)
    throw Object.assign(new StartupError(`${done}. But:\n${removal.problems.join('\n')}`), {
      details: report,
    });
  output.result(report, done);
}
