import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { DatabaseConfig } from '../../config/database.schema';
import { migrationState } from '../../database/migration-state';
import { openDatabase } from '../../database/open-database';
import { RefusedError } from '../../common/operator-errors';
import { patient } from '../with-database';

const reportSchema = z.object({ from: z.string(), to: z.string(), began: z.string(), rows: z.number() });

/**
 * A move keeps its report when all is proven, and then takes its marker away. Killed just behind that it has ended, and nobody
 * has written it down.
 * @param since when the source's maintenance began, milliseconds since 1970
 * @returns what came of it; null where there is no such report
 */
export function provenSince(
  reports: string,
  { from, to }: { from: string; to: string },
  since: number,
): string | null {
  const names = existsSync(reports) ? readdirSync(reports) : [];
  for (const name of names
    .filter((one) => /^move_\d+\.json$/.test(one))
    .sort()
    .reverse()) {
    const { data: report } = reportSchema.safeParse(jsonOf(join(reports, name)));
    if (report?.from === from && report.to === to && Date.parse(report.began) >= since)
      return `${report.rows.toLocaleString('en')} rows, proven; the report is ${join(reports, name.replace(/json$/, 'txt'))}`;
  }
  return null;
}

/** What is no JSON is no report. */
function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** The rows that an earlier run has brought may have been taken away since. @throws RefusedError */
export async function assertStillThere(source: DataSource, to: DatabaseConfig, name: string): Promise<void> {
  if (await isStillThere(source, to)) return;
  throw new RefusedError(
    `An earlier run had brought the rows to ${name}, and they are not there any more: begin anew with --restart`,
  );
}

async function isStillThere(source: DataSource, to: DatabaseConfig): Promise<boolean> {
  if (to.type === 'sqlite' && !existsSync(to.path)) return false;
  const target = await openDatabase(patient(to));
  try {
    const { pending } = await migrationState(target);
    return pending.length === 0 && (await usersOf(target)) >= (await usersOf(source));
  } finally {
    await target.destroy();
  }
}

async function usersOf(database: DataSource): Promise<number> {
  const [found] = await database.query<{ count: number }[]>('select count(*) as "count" from "user"');
  return Number(found?.count);
}
