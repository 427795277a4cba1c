import Database from 'better-sqlite3';
import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, Installation } from './built-api';
import { begin } from './command';

/** The only user of the desk. */
export const AGENT = ['maja@desk.example', 'a password for maja'] as const;

/** A desk in a file of SQLite that is backed up and restored by the built command. Which one a file holds, its mark says. */
export class RestorableDesk {
  readonly installation = new Installation().migrate();
  /** Where the desk is. */
  live = this.installation.databasePath;

  /** Marked `then`. */
  constructor() {
    this.installation.addUser('agent', ...AGENT);
    this.mark('then');
  }

  remove(): void {
    this.installation.remove();
  }

  path(...names: string[]): string {
    return join(this.installation.folder, ...names);
  }

  run(args: string[], env: Record<string, string> = {}): Promise<Ending> {
    return begin(this.installation, args, env).ended;
  }

  restore(...args: string[]): Promise<Ending> {
    return this.run(['restore', ...args]);
  }

  async backUp(env: Record<string, string> = {}): Promise<void> {
    const { code, stderr } = await this.run(['backup'], env);
    if (code !== 0) throw new Error(stderr);
  }

  mark(word: string): void {
    const database = new Database(this.live);
    database.prepare('update "user" set name = ?').run(word);
    database.close();
  }

  /** Leaves the mark in the -wal, as a server does that is killed. */
  markAndDie(word: string): void {
    const { live } = this;
    const database = new Database(live);
    database.pragma('journal_mode = WAL');
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.prepare('update "user" set name = ?').run(word);
    for (const side of ['', '-wal', '-shm']) copyFileSync(live + side, this.path(`copy${side}`));
    database.close();
    for (const side of ['', '-wal', '-shm']) copyFileSync(this.path(`copy${side}`), live + side);
    for (const side of ['', '-wal', '-shm']) rmSync(this.path(`copy${side}`));
  }

  markOf(file: string): unknown {
    const database = new Database(file, { fileMustExist: true });
    try {
      if (database.pragma('integrity_check', { simple: true }) !== 'ok')
        throw new Error(`${file} is damaged`);
      return database.prepare('select name from "user"').pluck().get();
    } finally {
      database.close();
    }
  }

  /** Names of all files of the desk, and of what was made of them. */
  files(): string[] {
    return readdirSync(this.installation.folder).filter((name) => name.startsWith('desk.sqlite'));
  }

  /** What restores have kept. */
  aside(): string[] {
    return this.files().filter((name) => /pre-restore\.\d+_\d+$/.test(name));
  }

  /** What restores are making, or have left half made. */
  drafts(): string[] {
    return this.files().filter((name) => name.includes('.restoring.'));
  }
}
