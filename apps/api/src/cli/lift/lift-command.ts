import { type Command, InvalidArgumentError } from 'commander';
import { bytesOf, totalsOf } from '../../files-move/words';
import { duration } from '../../move/meter';
import { CHECK_NAMES } from '../doctor/checks';
import { type OperatorOptions, type Output, action, operatorCommand } from '../operator';
import { carryDesk } from './carry-desk';
import { MOST_MISSING } from './lost-files';
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
  allowMissing: number;
  skip: string[];
  message: string;
  reports: string;
}

const THERE = `
Relative paths in the file begin in its own folder. What should stand in no file is given by variables that begin with THERE_,
such as THERE_DATABASE_URL.`;

/** From here to the place that a file describes, and from there to here: the two are one journey in two directions. */
export function liftCommands(): Command[] {
  const lift = carrying('lift', 'bring this desk to another place, all of it, proven').requiredOption(
    '--to <file>',
    'the variables of the new place, such as .env.production',
  );
  const land = carrying('land', 'bring a desk from another place home, all of it, proven')
    .requiredOption('--from <file>', 'the variables of the place where it is, such as .env.production')
    .option(
      '--mask',
      'a copy to try things with: people and what they wrote are replaced by invented ones, files stay where they are, and the desk there goes on',
    );
  return [
    lift.action(
      action<Options>(async (options, output, signal) => {
        const file = options.to ?? '';
        await carry('lift', file, [await sideHere(), await sideOf(file)], options, output, signal);
      }),
    ),
    land.action(
      action<Options>(async (options, output, signal) => {
        const file = options.from ?? '';
        await carry('land', file, [await sideOf(file), await sideHere()], options, output, signal);
      }),
    ),
  ];
}

function carrying(name: string, description: string): Command {
  return operatorCommand(name, description)
    .option('--dry-run', 'look at both places and say what would be done; nothing is, and nothing stays')
    .option('--repair', 'mend rows that the other engine would refuse; each change is recorded')
    .option('--restart', 'empty what an interrupted run left in the target, and begin anew')
    .option('--no-backup', 'make no backup of the source before; a masked copy needs none')
    .option(
      '--allow-missing <number>',
      'go on without so many files that the source itself has lost, as a run before has listed',
      numberOf,
      0,
    )
    .option('--skip <checks>', 'checks of the doctor to leave out, separated by commas', checks, [])
    .option('--message <text>', 'what users read meanwhile', 'The desk is moving to a new home.')
    .option('--reports <folder>', 'where journal and reports are kept', './move-reports')
    .addHelpText('after', THERE);
}

function numberOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_MISSING) return count;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_MISSING}.`);
}

function checks(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.every((name) => CHECK_NAMES.includes(name))) return list;
  throw new InvalidArgumentError(`There are: ${CHECK_NAMES.join(', ')}`);
}

async function carry(
  direction: 'lift' | 'land',
  file: string,
  [from, to]: [Side, Side],
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { message, reports, allowMissing, skip } = options;
  const { dryRun = false, repair = false, mask = false, restart = false } = options;
  const backup = options.backup && !mask;
  const how = { from, to, reports, message, allowMissing, skip, backup, dryRun, repair, mask, restart };
  const { carriage, carried } = await carryDesk(how, output, signal);
  const places = { from: describeSide(from), to: describeSide(to) };
  if (carried === null)
    return output.result({ dryRun, ...places, ...carriage }, planText(places, carriage, backup));
  const next = nextSteps({ direction, file, from, to, mask, ...carriage, ...carried });
  output.result({ ...places, ...carried, next }, ['', ...next].join('\n'));
}

function planText(places: { from: string; to: string }, carriage: Carriage, backup: boolean): string {
  return [
    `From  ${places.from}`,
    `To    ${places.to}`,
    `Rows  ${rowsText(carriage)}`,
    `Files ${filesText(carriage)}`,
    `In this order: maintenance of the source, ${backup ? 'backup, ' : ''}database, files, verification. Nothing was done.`,
  ].join('\n');
}

function rowsText({ bringsRows, database }: Carriage): string {
  if (!bringsRows) return 'none: both places have the same database';
  if (database === null) return 'brought by an earlier run';
  const { rows, tables, bytes, seconds, resumes } = database;
  const goesOn = resumes ? '; some of them are there from an earlier run' : '';
  return `${rows.toLocaleString('en')} in ${tables.length} tables, ${bytesOf(bytes)}, about ${duration(seconds)}${goesOn}`;
}

function filesText({ bringsFiles, files }: Carriage): string {
  if (!bringsFiles) return 'none';
  if (files === null) return 'brought by an earlier run';
  const { total, there, differences } = files;
  const lost = differences.count > 0 ? `; the source has lost ${differences.count} of them` : '';
  return `${totalsOf(total)}, of which ${totalsOf(there)} are there${lost}`;
}
