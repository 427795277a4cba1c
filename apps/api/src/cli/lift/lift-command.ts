import type { Command } from 'commander';
import { duration } from '../../move/meter';
import { type OperatorOptions, type Output, action, operatorCommand } from '../operator';
import { type CarryOptions, carryDesk } from './carry-desk';
import { nextSteps } from './next-step';
import type { Carriage } from './plan-carriage';
import { type Side, describeSide, sideHere, sideOf } from './side';

interface Options extends OperatorOptions {
  to?: string;
  from?: string;
  dryRun?: true;
  repair?: true;
  mask?: true;
  restart?: true;
  backup: boolean;
  message: string;
  reports: string;
}

const THERE = `
What should stand in no file is given by variables that begin with THERE_, such as THERE_DATABASE_URL.`;

/** From here to the place that a file describes, and from there to here: the two are one journey in two directions. */
export function liftCommands(): Command[] {
  const lift = carrying('lift', 'bring this desk to another place, all of it, proven').requiredOption(
    '--to <file>',
    'the variables of the new place, such as .env.production',
  );
  const land = carrying('land', 'bring a desk from another place home, all of it, proven')
    .requiredOption('--from <file>', 'the variables of the place where it is, such as .env.production')
    .option('--mask', 'people and what they wrote are replaced by invented ones; files stay where they are');
  return [
    lift.action(
      action<Options>(async (options, output, signal) => {
        const file = options.to ?? '';
        await carry('lift', file, await sideHere(), await sideOf(file), options, output, signal);
      }),
    ),
    land.action(
      action<Options>(async (options, output, signal) => {
        const file = options.from ?? '';
        await carry('land', file, await sideOf(file), await sideHere(), options, output, signal);
      }),
    ),
  ];
}

function carrying(name: string, description: string): Command {
  return operatorCommand(name, description)
    .option('--dry-run', 'look at both places and say what would be done; nothing is')
    .option('--repair', 'mend rows that the other engine would refuse; each change is recorded')
    .option('--restart', 'empty what an interrupted run left in the target, and begin anew')
    .option('--no-backup', 'make no backup of the source before')
    .option('--message <text>', 'what users read meanwhile', 'The desk is moving to a new home.')
    .option('--reports <folder>', 'where journal and reports are kept', './move-reports')
    .addHelpText('after', THERE);
}

async function carry(
  direction: 'lift' | 'land',
  file: string,
  from: Side,
  to: Side,
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { backup, message, reports, dryRun = false, repair = false, mask = false, restart = false } = options;
  const carried: CarryOptions = { from, to, backup, message, reports, dryRun, repair, mask, restart };
  const carriage = await carryDesk(carried, output, signal);
  const places = { from: describeSide(from), to: describeSide(to) };
  if (dryRun) return output.result({ dryRun, ...places, ...carriage }, planText(places, carriage));
  const next = nextSteps({ direction, from, to, file, mask });
  output.result({ ...places, ...carriage, next }, ['', ...next].join('\n'));
}

function planText({ from, to }: { from: string; to: string }, { database, files }: Carriage): string {
  const rows =
    database === null
      ? 'no rows: both places have the same database, or they were brought'
      : `${database.rows.toLocaleString('en')} rows in ${database.tables.length} tables, about ${duration(database.seconds)}`;
  return [
    `From ${from}`,
    `to ${to}`,
    `would be brought: ${rows}; ${files ? 'and the files' : 'no files'}.`,
    'In this order: maintenance of the source, backup, database, files, verification. Nothing was done.',
  ].join('\n');
}
