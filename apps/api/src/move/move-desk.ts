import { DifferenceError, InterruptedError, RefusedError } from '../common/operator-errors';
import { buildVersion } from '../common/build-version';
import { openSqlite } from '../database/sqlite';
import type { DeskDigest } from '../transfer/digest';
import { type TableShape, tablesOf } from '../transfer/tables';
import { copyTables } from './copy-tables';
import { inMovesWords } from './failures';
import { keepHeapSmall } from '../common/small-heap';
import { Meter } from './meter';
import type { MoveOptions } from './move-options';
import type { Begun, Course, MoveTarget } from './move-target';
import { openMoveTarget } from './open-move-target';
import { type MovePlan, planMove } from './plan';
import { beginOrGoOn } from './begin-or-go-on';
import { openArriving } from './open-arriving';
import { prove } from './proof';
import { type Repairs, recordMended } from './repairs';
import { type MoveReport, keepReport, makeReportsFolder } from './report';
import { holdSource } from './source-hold';

const WRITABLE =
  'The source could be written to before all had arrived: a server was started on it, or its maintenance ended';

/** The tables that are moved: those of this build, whatever the engine. */
export async function movedTables(): Promise<TableShape[]> {
  const dataSource = await openSqlite(':memory:');
  try {
    return tablesOf(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/**
 * Moves a desk into an empty database and proves that it arrived. Ended at any point, the same call goes on where it was; the
 * source stays as it is.
 * @throws RefusedError, DifferenceError, InterruptedError, StartupError: what to do is in their words
 */
export async function moveDesk(options: MoveOptions): Promise<MoveReport> {
  keepHeapSmall();
  const tables = await movedTables();
  const meter = new Meter(options.onProgress);
  const began = Date.now();
  const hold = await holdSource(options.from);
  try {
    const plan = await meter.time('checks', () => planMove(options, tables));
    const obstacles = [...(hold.obstacle === null ? [] : [hold.obstacle]), ...plan.obstacles];
    if (obstacles.length > 0)
      throw Object.assign(new RefusedError(refusal(obstacles)), { details: { obstacles } });
    makeReportsFolder(options.reports);
    const target = await openMoveTarget(options.to);
    const course = { meter, goOn: () => goOn(options.signal) };
    try {
      const brought = await bring(options, plan, target, tables, course);
      // What came after its rows were read for the proof is in none; a masked copy is of one instant.
      if (!options.mask && !(await hold.isHeld())) throw new DifferenceError(WRITABLE);
      const report = reportOf(plan, brought, meter, began);
      // Kept first: whatever happens from here on, what was proven is known.
      const file = keepReport(options.reports, report);
      await target.end();
      return { ...report, file };
    } catch (error) {
      throw inMovesWords(error);
    } finally {
      await target.close();
    }
  } finally {
    hold.release();
  }
}

interface Brought {
  begun: Begun;
  digest: DeskDigest;
  repairs: Repairs | null;
}

async function bring(
  options: MoveOptions,
  plan: MovePlan,
  target: MoveTarget,
  tables: readonly TableShape[],
  course: Course,
): Promise<Brought> {
  const begun = await beginOrGoOn(plan, target, tables, options);
  const arriving = () => openArriving(options, plan, begun, tables);
  const { meter } = course;
  await meter.time('schema', async () => {
    await target.makeSchema();
    await target.setAside(tables);
  });
  const repairs = await meter.time('repairs', () => recordMended(options, plan, begun, tables));
  const source = await arriving();
  try {
    await meter.time('rows', () => copyTables(source, target, tables, course));
    await target.complete(tables, course);
    await meter.time('numbering', async () => {
      for (const table of tables.filter(({ hasGeneratedKey }) => hasGeneratedKey))
        await target.continueNumbering(table, await source.lastKeyGiven(table));
    });
  } finally {
    await source.close();
  }
  const digest = await meter.time('proof', () => prove(tables, arriving, target, plan.rows, course));
  return { begun, digest, repairs };
}

function goOn(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError('Interrupted');
}

const refusal = (obstacles: readonly string[]): string =>
  ['Nothing was moved, and nothing written:', ...obstacles.map((obstacle) => `  - ${obstacle}`)].join('\n');

function reportOf(
  plan: MovePlan,
  { begun, digest: tables, repairs }: Brought,
  { seconds }: Meter,
  began: number,
): MoveReport {
  return {
    from: plan.from,
    to: plan.to,
    versions: {
      ...plan.versions,
      liftdesk: buildVersion(),
      schema: plan.identity.migrations.at(-1) ?? '',
    },
    began: new Date(began).toISOString(),
    ended: new Date().toISOString(),
    resumed: plan.resumes,
    rows: Object.values(tables).reduce((sum, table) => sum + table.rows, 0),
    tables,
    ...(repairs !== null && { repairs }),
    masked: begun.mask !== null,
    phases: Object.fromEntries(
      Object.entries(seconds).map(([phase, value]) => [phase, Math.round(value * 100) / 100]),
    ),
  };
}
