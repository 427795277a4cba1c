import type { RowSource } from '../transfer/row-source';
import type { TableShape } from '../transfer/tables';

/** By what a source is known again: not what its rows say, which the proof compares, but how many there are. */
export interface SourceIdentity {
  migrations: string[];
  /** Of each table its rows, and the greatest key that it gave out. */
  tables: Record<string, { rows: number; lastKey: number }>;
}

export async function identityOf(source: RowSource, tables: readonly TableShape[]): Promise<SourceIdentity> {
  const identity: SourceIdentity = { migrations: await source.migrations(), tables: {} };
  for (const table of tables)
    identity.tables[table.name] = {
      rows: await source.count(table),
      lastKey: await source.lastKeyGiven(table),
    };
  return identity;
}

/** Names of tables that are not what they were; `migrations` where the schema is another. */
export function changedSince(before: SourceIdentity, now: SourceIdentity): string[] {
  if (before.migrations.join() !== now.migrations.join()) return ['migrations'];
  return Object.entries(now.tables)
    .filter(([name, { rows, lastKey }]) => {
      const then = before.tables[name];
      return then?.rows !== rows || then.lastKey !== lastKey;
    })
    .map(([name]) => name);
}
