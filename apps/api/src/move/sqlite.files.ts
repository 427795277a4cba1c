import Database from 'better-sqlite3';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';

/** Of a journal that is truncated the file stays. One that is not empty is what a crash is undone with. */
export function removeEmptyJournal(path: string): void {
  const journal = `${path}-journal`;
  if (existsSync(journal) && statSync(journal).size === 0) rmSync(journal);
}

/** An empty file that only its owner reads: SQLite gives what it makes beside it the same rights. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'wx', 0o600));
}

/** Of the file that is replaced, if there is one: whoever could read it goes on so. */
export function takeRights(path: string, replaced: string): void {
  if (existsSync(replaced)) chmodSync(path, statSync(replaced).mode & 0o777);
}

/** A file or a folder. */
export function syncToDisk(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** False where there is no such file, too. */
export function hasTable(path: string, table: string): boolean {
  if (!existsSync(path)) return false;
  const connection = new Database(path, { timeout: 5_000 });
  try {
    return (
      connection.prepare(`select 1 from sqlite_master where type = 'table' and name = ?`).get(table) !==
      undefined
    );
  } finally {
    connection.close();
  }
}
