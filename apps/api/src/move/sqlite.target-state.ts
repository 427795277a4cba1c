import Database from 'better-sqlite3';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InstanceLock } from '../database/instance-lock';
import { type TableShape, quoted } from '../transfer/tables';
import { MARKER, draftOf } from './half-moved';
import { type Found, type TargetState, emptiness, ownTables } from './target-state';

/** @param needed bytes on its disk */
export function sqliteTarget(
  path: string,
  tables: readonly TableShape[],
  known: readonly string[],
  needed: number,
): TargetState {
  const state: TargetState = { engineVersion: 'SQLite', isMarked: false, problems: [] };
  const folder = nearestFolder(path);
  try {
    accessSync(folder, constants.W_OK);
    state.problems.push(...inUse(path));
    state.problems.push(...withoutRoom(folder, needed));
    const draft = look(draftOf(path));
    const place = look(path);
    state.isMarked = [draft, place].some((found) => found?.names.includes(MARKER));
    if (state.isMarked) return state;
    if (draft !== null && draft.names.length > 0)
      state.problems.push(`${draftOf(path)} is in the way, and is none of a move: move it elsewhere`);
    if (place !== null) state.problems.push(...emptiness(place, ownTables(tables), known));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    state.problems.push(
      code === 'EACCES' || code === 'EROFS'
        ? `The folder ${folder} cannot be written: change its rights, or give another place`
        : `Cannot open ${path}: ${message}`,
    );
  }
  return state;
}

function nearestFolder(path: string): string {
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function inUse(path: string): string[] {
  // Whoever uses it has made the lock; to look for one makes none.
  if (!existsSync(`${path}.lock`)) return [];
  try {
    InstanceLock.acquire(path).release();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function withoutRoom(folder: string, needed: number): string[] {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= needed) return [];
  return [`The disk of ${folder} has ${megabytes(free)} free, and some ${megabytes(needed)} are needed`];
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;

/** @returns null where there is no file */
function look(path: string): Found | null {
  if (!existsSync(path)) return null;
  const connection = new Database(path, { timeout: 5_000 });
  try {
    const list = (sql: string): string[] => connection.prepare(sql).pluck().all() as string[];
    const names = list(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'
       and name not like 'ticket\\_fts%' escape '\\'`,
    );
    const isFilled = (name: string): boolean =>
      connection.prepare(`select 1 from ${quoted(name)} limit 1`).get() !== undefined;
    return {
      place: path,
      names,
      filled: names.filter((name) => !['migrations', 'maintenance'].includes(name) && isFilled(name)),
      migrations: names.includes('migrations') ? list('select name from migrations order by id') : null,
    };
  } finally {
    connection.close();
  }
}
