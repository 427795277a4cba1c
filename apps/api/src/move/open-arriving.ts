import { MaskedRowSource } from '../masking/masked.row-source';
import { RepairedRowSource } from '../odd-rows/repaired.row-source';
import { openRowSource } from '../transfer/open-row-source';
import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';
import { ChangedRowSource, endSessions } from './changed-row-source';
import type { MoveOptions } from './move-options';
import type { Begun } from './move-target';
import type { MovePlan } from './plan';

/**
 * The source as it is to arrive: mended where it has odd rows (the plan would have refused them otherwise), masked where that
 * is wanted, and with its sessions ended. The same each time it is opened.
 */
export async function openArriving(
  { from }: MoveOptions,
  { odd }: MovePlan,
  { at, mask }: Begun,
  tables: readonly TableShape[],
): Promise<RowSource> {
  const source =
    from.type === 'sqlite' && odd !== null && odd.total > 0
      ? RepairedRowSource.openRepaired(from.path, tables, odd)
      : await openRowSource(from);
  try {
    const shown =
      mask === null ? source : await MaskedRowSource.over(source, tables, Buffer.from(mask, 'hex'));
    return new ChangedRowSource(shown, (table) => endSessions(table, at));
  } catch (error) {
    await source.close();
    throw error;
  }
}
