import Database from 'better-sqlite3';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StartupError } from '../common/startup-error';

/** What may lie beside a file of SQLite. An old -wal beside another database would be played into it. */
const SIDES = ['-wal', '-shm', '-journal'];
/** Waits so long for somebody who is at his checkpoint. */
const BUSY_MS = 2_000;

/** Where the database that is to come is made; there until the very instant that it takes its place. */
export const draftOf = (path: string, stamp: string): string => `${path}.restoring.${stamp}`;
/** Where the one before is kept. */
export const asideOf = (path: string, stamp: string): string => `${path}.pre-restore.${stamp}`;

/** Somebody has the file open, whom its lock does not keep out. */
export class DatabaseInUseError extends StartupError {}

export interface Swapped {
  /** Where the one before is; null where there was none. */
  aside: string | null;
  /** It could not be opened: what lay beside it is kept beside it. */
  wasDamaged: boolean;
}

/**
 * Puts the draft in the place of the database, which is kept aside. Whatever ends the process or the machine, one of the two
 * is whole at its place, and nothing of the other lies beside it: what is not finished, undoHalfSwap() undoes. Whoever calls
 * it holds the lock of the place.
 * @throws DatabaseInUseError, or what the disk says; the database is then at its place as it was
 */
export function swapDatabase(path: string, stamp: string): Swapped {
  const [draft, aside] = [draftOf(path, stamp), asideOf(path, stamp)];
  const folder = dirname(path);
  takeAlone(draft)?.close();
  const isThere = existsSync(path);
  if (isThere) sync(path);
  const hold = isThere ? takeAlone(path) : null;
  try {
    const sides = SIDES.filter((side) => existsSync(path + side));
    // First both names, then one: at no time there is none.
    for (const part of isThere ? ['', ...sides] : sides) keep(path + part, aside + part);
    sync(folder);
    for (const side of sides) rmSync(path + side);
    sync(draft);
    sync(folder);
    renameSync(draft, path);
    sync(folder);
    return { aside: isThere ? aside : null, wasDamaged: isThere && hold === null };
  } finally {
    hold?.close();
  }
}

/** What a swap left that was ended before its draft took the place: the database gets back what lay beside it. */
export function undoHalfSwap(path: string): void {
  for (const stamp of stampsOfDrafts(path)) {
    const [draft, aside] = [draftOf(path, stamp), asideOf(path, stamp)];
    // Where somebody took it away meanwhile, what was kept is all that there is.
    if (existsSync(path)) {
      for (const side of SIDES) {
        if (existsSync(aside + side) && !existsSync(path + side)) keep(aside + side, path + side);
      }
      sync(dirname(path));
      removeDatabase(aside);
    }
    removeDatabase(draft);
    sync(dirname(path));
  }
}

/** A file of SQLite and what belongs to it; the file last. */
export function removeDatabase(path: string): void {
  for (const part of [...SIDES, '']) rmSync(path + part, { force: true });
}

function stampsOfDrafts(path: string): string[] {
  if (!existsSync(dirname(path))) return [];
  const prefix = basename(draftOf(path, ''));
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length)).filter((stamp) => /^\w+$/.test(stamp));
}

/**
 * Everything into the one file, which nobody else may open until the connection is closed.
 * @returns null where it cannot be opened as a database
 * @throws DatabaseInUseError
 */
function takeAlone(path: string): Database.Database | null {
  let connection: Database.Database | undefined;
  try {
    assertReadable(path);
    connection = new Database(path, { fileMustExist: true, timeout: BUSY_MS });
    connection.pragma('synchronous = FULL');
    // Nobody else may have it open for this.
    if (connection.pragma('journal_mode = DELETE', { simple: true }) !== 'delete') throw inUse(path);
    connection.exec('begin exclusive');
    return connection;
  } catch (error) {
    connection?.close();
    const { code = '' } = error as { code?: string };
    if (code.startsWith('SQLITE_BUSY')) throw inUse(path, error);
    if (/^SQLITE_(NOTADB|CORRUPT|IOERR)/.test(code)) return null;
    throw error;
  }
}

/** Who may write plays what he finds in a -wal into the file as he leaves it, whatever the file has become. */
function assertReadable(path: string): void {
  const connection = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  try {
    connection.prepare('select count(*) from sqlite_master').get();
  } catch (error) {
    // What a writer left half done is undone by a writer alone.
    if (!(error as { code: string }).code.startsWith('SQLITE_READONLY')) throw error;
  } finally {
    connection.close();
  }
}

const inUse = (path: string, cause?: unknown): DatabaseInUseError =>
  new DatabaseInUseError(`Another process has ${path} open: end it first`, { cause });

/** The same file under a second name, or a copy where the disk knows no second names. */
function keep(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    const part = join(dirname(to), `.${basename(to)}`);
    copyFileSync(from, part, constants.COPYFILE_FICLONE);
    sync(part);
    renameSync(part, to);
  }
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
