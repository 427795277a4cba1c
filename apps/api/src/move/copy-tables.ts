import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import type { Chunk, Copied, Course, MoveTarget } from './move-target';

/** Of one transaction: what a kill loses at most, and long beside the time of a commit. */
const CHUNK_BYTES = 8_000_000;

/** Brings the rows of every table that are not there yet, parents first. */
export async function copyTables(
  source: RowSource,
  target: MoveTarget,
  tables: readonly TableShape[],
  course: Course,
): Promise<void> {
  for (const table of tables) {
    const before = await target.copied(table);
    course.meter.start(`Moving ${table.name}`, await source.count(table), before?.rows ?? 0);
    await copyTable(source, target, table, before, course);
  }
}

async function copyTable(
  source: RowSource,
  target: MoveTarget,
  table: TableShape,
  before: Copied | null,
  { meter, goOn }: Course,
): Promise<void> {
  let rows = before?.rows ?? 0;
  let chunk: Chunk | null = null;
  let bytes = 0;
  let last: Copied | null = before;
  for await (const lines of source.lines(table, before?.lastKey)) {
    goOn();
    chunk ??= await target.openChunk(table);
    await chunk.write(lines);
    meter.add(lines.rows);
    rows += lines.rows;
    last = { rows, lastKey: lines.lastKey };
    bytes += lines.bytes.length;
    if (bytes < CHUNK_BYTES) continue;
    await chunk.commit(last);
    chunk = null;
    bytes = 0;
  }
  if (chunk !== null && last !== null) await chunk.commit(last);
}
