import type { Command } from 'commander';
import { readEnvironment } from '../config/environment';
import { moveDesk, movedTables } from '../move/move-desk';
import { dryRun } from '../move/dry-run';
import { reportText } from '../move/report';
import { DATABASE_PLACES, databasePlace } from '../transfer/places';
import { type OperatorOptions, type Output, action, operatorCommand } from './operator';

interface DbMoveOptions extends OperatorOptions {
  from: string;
  to: string;
  dryRun?: true;
  repair?: true;
  mask?: true;
  restart?: true;
  reports: string;
}

export function dbMoveCommand(): Command {
  return operatorCommand(
    'db:move',
    'move a desk into an empty database, on either engine, and prove that it arrived',
  )
    .requiredOption('--from <place>', DATABASE_PLACES)
    .requiredOption('--to <place>', 'the same; it is to be empty')
    .option('--dry-run', 'say what would be done, and everything that would stop it')
    .option('--repair', 'mend odd rows of SQLite by the rules in docs/move.md, and record each change')
    .option('--mask', 'replace people, subjects and bodies by others, for bringing production home')
    .option('--restart', 'empty what an interrupted move left in the target, and begin anew')
    .option('--reports <folder>', 'where the report is kept', './move-reports')
    .action(action<DbMoveOptions>(move));
}

async function move(given: DbMoveOptions, output: Output, signal: AbortSignal): Promise<void> {
  const env = readEnvironment();
  const options = {
    from: databasePlace(given.from, env),
    to: databasePlace(given.to, env),
    repair: given.repair ?? false,
    mask: given.mask ?? false,
    restart: given.restart ?? false,
    reports: given.reports,
    onProgress: output.progress.show.bind(output.progress),
    signal,
  };
  if (given.dryRun) {
    const { plan, text } = await dryRun(options, await movedTables());
    output.result(plan, text);
    return;
  }
  const report = await moveDesk(options);
  output.result(
    report,
    `${reportText(report)}\n\nProven, row by row. The report is kept as ${report.file ?? ''}`,
  );
}
