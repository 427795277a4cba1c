import Database from 'better-sqlite3';
import { closeSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs';

/** A file of SQLite and what belongs to it. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
}

/** Of a journal that is truncated the file stays. One that is not empty is what a crash is undone with. */
export function removeEmptyJournal(path: string): void {
  const journal = `${path}-journal`;
  if (existsSync(journal) && statSync(journal).size === 0) rmSync(journal);
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
