import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { dialectOf } from '../database/dialect';
import { type Maintenance, READ_MAINTENANCE, exemptTransaction } from '../database/maintenance';
import { WriteGateError } from '../database/write-gate';
import { MESSAGE_LENGTH } from './maintenance.entity';

export interface MaintenanceOptions {
  /** What users read; at most 300 characters. */
  message?: string;
  /** When the operator means to be done: milliseconds since 1970. */
  until?: number;
}

/** Whose maintenance it is already keeps its beginning, and gets the new words. */
const ON = `
  insert into maintenance (id, since, until, message) values (1, ?, ?, ?)
  on conflict (id) do update set until = excluded.until, message = excluded.message`;
const OFF = 'delete from maintenance';

/** On SQLite a busy server leaves moments only, and a turn of its own may take some tries. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/**
 * From its end on the desk is complete and stays as it is: every write that was acknowledged can be read, and no process that
 * serves makes another. Done again it is safe, also where it failed in between.
 * @throws StartupError when the message is too long
 */
export async function beginMaintenance(dataSource: DataSource, options: MaintenanceOptions): Promise<void> {
  const { message = null, until = null } = options;
  if (message !== null && message.length > MESSAGE_LENGTH)
    throw new StartupError(`The message has ${message.length} characters: ${MESSAGE_LENGTH} are the most`);
  await writeAlone(dataSource, ON, [Date.now(), until, message]);
  await dialectOf(dataSource).writersEnded(dataSource);
}

/** Takes writes again, from the next one on, in every process. */
export async function endMaintenance(dataSource: DataSource): Promise<void> {
  await writeAlone(dataSource, OFF);
}

/** @returns null when the desk takes writes */
export async function readMaintenance(dataSource: DataSource): Promise<Maintenance | null> {
  const [row] = await dataSource.query<Maintenance[]>(READ_MAINTENANCE);
  return row ?? null;
}

async function writeAlone(dataSource: DataSource, sql: string, values: unknown[] = []): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await exemptTransaction(dataSource, (manager) => manager.query(sql, values));
    } catch (error) {
      if (!(error instanceof WriteGateError) || performance.now() > deadline) throw error;
    }
    await pause(PAUSE_MS);
  }
}
