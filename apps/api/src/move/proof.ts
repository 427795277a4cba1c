import { DifferenceError } from '../common/operator-errors';
import { type RowDifference, firstDifferences } from '../transfer/differences';
import { type DeskDigest, differingTables, digestDesk } from '../transfer/digest';
import { type Value, describeKey } from '../transfer/row';
import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import { ChangedRowSource } from './changed-row-source';
import type { Course, MoveTarget } from './move-target';

/** Opens a side anew, for a look at what is there now. */
export type Side = () => Promise<RowSource>;

const LISTED = 5;

/**
 * Reads both sides once more, from what is there now, and compares each row of each table; then all that is no row.
 * @returns what both sides are
 * @throws DifferenceError that names table and key
 */
export async function prove(
  tables: readonly TableShape[],
  source: Side,
  target: MoveTarget,
  total: number,
  { meter, goOn }: Course,
): Promise<DeskDigest> {
  meter.start('Proving', total * 2);
  const arrived: Side = async () => new ChangedRowSource(await target.readBack());
  const [ours, theirs] = await readBoth(tables, [source, arrived], (rows) => {
    goOn();
    meter.add(rows);
  });
  const differing = differingTables(ours, theirs);
  if (differing.length > 0) throw await differenceOf(tables, differing, source, arrived);
  await assertNumbering(tables, source, arrived);
  const flaws = await target.flaws();
  if (flaws.length > 0) throw new DifferenceError(flaws.join('\n'));
  return theirs;
}

/** Where one side fails, the other ends at its next rows, and for the same reason. */
async function readBoth(
  tables: readonly TableShape[],
  sides: readonly [Side, Side],
  onRows: (rows: number) => void,
): Promise<[DeskDigest, DeskDigest]> {
  const failed = new AbortController();
  const read = async (open: Side): Promise<DeskDigest> => {
    const side = await open();
    try {
      return await digestDesk(side, tables, (_, rows) => {
        failed.signal.throwIfAborted();
        onRows(rows);
      });
    } finally {
      await side.close();
    }
  };
  const reads = sides.map((open) =>
    read(open).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(reads);
  failed.signal.throwIfAborted();
  return Promise.all(reads) as Promise<[DeskDigest, DeskDigest]>;
}

async function differenceOf(
  tables: readonly TableShape[],
  differing: readonly string[],
  source: Side,
  target: Side,
): Promise<DifferenceError> {
  const lines: string[] = [];
  for (const table of tables.filter(({ name }) => differing.includes(name))) {
    const sides = [await source(), await target()] as const;
    try {
      const found = await firstDifferences(table, ...sides, LISTED);
      lines.push(...found.map((difference) => `  ${table.name}, ${inWords(table, difference)}`));
    } finally {
      await Promise.all(sides.map((side) => side.close()));
    }
  }
  return new DifferenceError(`What arrived is not what the source holds:\n${lines.join('\n')}`);
}

/** A key may be an address: no more of a text is told than is needed to find it. */
const inWords = (table: TableShape, { key, differs }: RowDifference): string =>
  `${describeKey(table, key.map(toldValue))}: ${typeof differs === 'string' ? differs : `${differs.columns.join(', ')} differ`}`;

async function assertNumbering(tables: readonly TableShape[], source: Side, target: Side): Promise<void> {
  const sides = [await source(), await target()] as const;
  try {
    for (const table of tables) {
      const [ours, theirs] = [await sides[0].lastKeyGiven(table), await sides[1].lastKeyGiven(table)];
      if (theirs < ours)
        throw new DifferenceError(
          `Numbering of ${table.name} goes on behind ${theirs}, and is to go on behind ${ours}`,
        );
    }
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

const toldValue = (value: Value): Value =>
  typeof value === 'string' ? `${value.slice(0, 3)}… (${value.length} characters)` : value;
