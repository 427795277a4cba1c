import { StartupError } from '../common/startup-error';
import { PLACE_TABLES, quoted } from '../transfer/tables';
import { DamagedBackupError } from './backup.errors';
import { offThread } from './off-thread';

/**
 * The desk as it is at one instant, in a new file of its own: a server may go on writing, and is not held up. The copy is
 * thrown away soon: nothing waits until it is on the disk, least of all the server's own writes.
 * @throws StartupError where the database cannot be read, or is damaged
 */
export async function copySqlite(path: string, target: string): Promise<void> {
  const into = `vacuum into '${target.replaceAll("'", "''")}'`;
  try {
    await offThread({ path, readonly: true, statements: ['pragma synchronous = off', into] });
  } catch (error) {
    throw new StartupError(`Cannot copy the database ${path}: ${wordsOf(error as Error)}`, { cause: error });
  }
}

/** Takes out what is of the place and not of the desk: one that is restored is not in maintenance. */
export async function withoutPlaceTables(path: string): Promise<void> {
  const names = [...PLACE_TABLES].map((name) => `'${name}'`).join(', ');
  const find = `select name from sqlite_master where type = 'table' and name in (${names})`;
  const found = await offThread({ path, readonly: true, statements: [find] });
  const removals = found.map(({ name }) => `delete from ${quoted(String(name))}`);
  const statements = ['pragma synchronous = off', 'pragma journal_mode = delete', ...removals];
  await offThread({ path, readonly: false, statements });
}

/**
 * Looks at every page, index and reference.
 * @throws DamagedBackupError that tells nothing of any row
 */
export async function checkSqlite(path: string): Promise<void> {
  const ask = async (sql: string): Promise<unknown> =>
    Object.values((await offThread({ path, readonly: true, statements: [sql] }))[0] ?? {})[0];
  if ((await ask('pragma integrity_check(1)')) !== 'ok')
    throw new DamagedBackupError('The copy fails its integrity check');
  const orphans = await ask('select count(*) from pragma_foreign_key_check');
  if (orphans !== 0)
    throw new DamagedBackupError(`${String(orphans)} rows of the copy refer to rows that are not there`);
}

const wordsOf = ({ message }: Error): string =>
  /malformed|not a database/.test(message)
    ? `${message}. It is damaged: end the server, keep the file, and restore the newest backup (npm run restore)`
    : message;
