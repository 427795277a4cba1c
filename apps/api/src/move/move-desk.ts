import { InterruptedError, RefusedError } from '../cli/operator';
import { buildVersion } from '../common/build-version';
import { openSqlite } from '../database/sqlite';
import { openRowSource } from '../transfer/open-row-source';
import type { DeskDigest } from '../transfer/digest';
import type { RowSource } from '../transfer/row-source';
import { type TableShape, tablesOf } from '../transfer/tables';
import { ChangedRowSource, endSessions } from './changed-row-source';
import { copyTables } from './copy-tables';
import { inMovesWords } from './failures';
import { Meter } from './meter';
import type { MoveOptions } from './move-options';
import type { Begun, Course, MoveTarget } from './move-target';
import { openMoveTarget } from './open-move-target';
import { type MovePlan, planMove } from './plan';
import { prove } from './proof';
import { type MoveReport, keepReport } from './report';
import { changedSince } from './source-identity';
import { holdSource } from './source-hold';

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
  const tables = await movedTables();
  const meter = new Meter(options.onProgress);
  const began = Date.now();
  const hold = await holdSource(options.from);
  try {
    const plan = await meter.time('checks', () => planMove(options, tables));
    const obstacles = [...(hold.obstacle === null ? [] : [hold.obstacle]), ...plan.obstacles];
    if (obstacles.length > 0)
      throw Object.assign(new RefusedError(refusal(obstacles)), { details: { obstacles } });
    const target = await openMoveTarget(options.to);
    const course = { meter, goOn: () => goOn(options.signal) };
    try {
      const digest = await bring(options, plan, target, tables, course);
      const report = reportOf(plan, digest, meter, began);
      return { ...report, file: keepReport(options.reports, report) };
    } catch (error) {
      throw inMovesWords(error);
    } finally {
      await target.close();
    }
  } finally {
    hold.release();
  }
}

async function bring(
  { from, restart }: MoveOptions,
  plan: MovePlan,
  target: MoveTarget,
  tables: readonly TableShape[],
  course: Course,
): Promise<DeskDigest> {
  const begun = await beginOrGoOn(plan, target, tables, restart);
  const arriving = async (): Promise<RowSource> =>
    new ChangedRowSource(await openRowSource(from), (table) => endSessions(table, begun.at));
  const { meter } = course;
  const rows = ({ name }: TableShape): number => plan.identity.tables[name]?.rows ?? 0;
  await meter.time('schema', async () => {
    await target.makeSchema();
    await target.setAside(tables);
  });
  const source = await arriving();
  try {
    await meter.time('rows', () => copyTables(source, target, tables, rows, course));
    await target.complete(course);
    await meter.time('numbering', async () => {
      for (const table of tables.filter(({ hasGeneratedKey }) => hasGeneratedKey))
        await target.continueNumbering(table, await source.lastKeyGiven(table));
    });
    await meter.time('statistics', () => target.analyse());
  } finally {
    await source.close();
  }
  const digest = await meter.time('proof', () => prove(tables, arriving, target, plan.rows, course));
  await target.end();
  return digest;
}

async function beginOrGoOn(
  { from, identity }: MovePlan,
  target: MoveTarget,
  tables: readonly TableShape[],
  restart: boolean,
): Promise<Begun> {
  const anew: Begun = { from, identity, at: Date.now(), version: buildVersion() };
  const earlier = await target.begun();
  if (earlier === null) {
    await target.begin(anew);
    return anew;
  }
  if (restart) {
    await target.beginAnew(anew, tables);
    return anew;
  }
  if (earlier.from !== from)
    throw new RefusedError(
      `The target is half moved from ${earlier.from}: go on with that, or begin anew with --restart`,
    );
  const changed = changedSince(earlier.identity, identity);
  if (changed.length > 0)
    throw new RefusedError(
      `The source has changed since the move began (${changed.join(', ')}): begin anew with --restart, which empties the half-moved target`,
    );
  return earlier;
}

function goOn(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError('Interrupted');
}

const refusal = (obstacles: readonly string[]): string =>
  ['Nothing was moved, and nothing written:', ...obstacles.map((obstacle) => `  - ${obstacle}`)].join('\n');

function reportOf(plan: MovePlan, tables: DeskDigest, { seconds }: Meter, began: number): MoveReport {
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
    phases: Object.fromEntries(
      Object.entries(seconds).map(([phase, value]) => [phase, Math.round(value * 100) / 100]),
    ),
  };
}
