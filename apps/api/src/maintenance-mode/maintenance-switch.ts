import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { dialectOf } from '../database/dialect';
import { type Maintenance, READ_MAINTENANCE, writeInMaintenance } from '../database/maintenance';
import { type MailWait, mailSettled } from '../notifications/mail-in-hand';
import { MESSAGE_LENGTH } from './maintenance.entity';

export interface MaintenanceOptions extends MailWait {
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

/**
 * From its end on the desk is complete and stays as it is: every write that was acknowledged can be read, what became of every
 * mail that went out too, and no process that serves makes another write. Done again it is safe, also where it failed in
 * between: writes are refused from the first moment on.
 * @throws StartupError when the message is too long
 */
export async function beginMaintenance(dataSource: DataSource, options: MaintenanceOptions): Promise<void> {
  const { message = null, until = null, ...mail } = options;
  if (message !== null && message.length > MESSAGE_LENGTH)
    throw new StartupError(`The message has ${message.length} characters: ${MESSAGE_LENGTH} are the most`);
  await writeInMaintenance(dataSource, ON, [Date.now(), until, message]);
  await dialectOf(dataSource).writersEnded(dataSource);
  await mailSettled(dataSource, mail);
}

/** Takes writes again, from the next one on, in every process. */
export async function endMaintenance(dataSource: DataSource): Promise<void> {
  await writeInMaintenance(dataSource, OFF);
}

/** @returns null when the desk takes writes */
export async function readMaintenance(dataSource: DataSource): Promise<Maintenance | null> {
  const [row] = await dataSource.query<Maintenance[]>(READ_MAINTENANCE);
  return row ?? null;
}
