import type Database from 'better-sqlite3';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InstanceLock } from '../database/instance-lock';
import { migrate } from '../database/migrate';
import { openSqlite } from '../database/sqlite';
import { removeDatabase } from '../database/sqlite.swap';
import { dropIndexes, makeIndex } from '../database/seed/bulk/secondary-indexes';
import { RowBuffer } from '../database/seed/bulk/row-buffer';
import { checkConsistency } from '../search/search-maintenance';
import { decodeRow } from '../transfer/canonical-row';
import type { Lines, RowSource } from '../transfer/row-source';
import { SqliteRowSource } from '../transfer/sqlite.row-source';
import { type TableShape, quoted } from '../transfer/tables';
import { MARKER, draftOf } from './half-moved';
import { type Begun, type Chunk, type Copied, type Course, MoveTarget } from './move-target';
import { openDraft, sqliteSource } from './sqlite.connection';
import { writeDocuments } from './sqlite.documents';
import { hasTable, makePrivate, removeEmptyJournal, syncToDisk, takeRights } from './sqlite.files';

interface Index {
  name: string;
  sql: string;
}

const NOTE = `insert into ${MARKER} (name, value) values (?, ?) on conflict (name) do update set value = excluded.value`;

/**
 * A file of SQLite where a desk arrives: built beside its place, which it takes when it is whole, proven and on disk. The
 * marker goes last of all, so that a kill between these two is noticed as well.
 */
export class SqliteMoveTarget extends MoveTarget {
  private connection: Database.Database | null = null;
  /** The draft, or the place once the draft has taken it. */
  private path: string;

  private constructor(
    private readonly place: string,
    private readonly lock: InstanceLock,
  ) {
    super();
    this.path = hasTable(place, MARKER) ? place : draftOf(place);
  }

  /** @throws StartupError where another process uses the place, or its folder cannot be written */
  static open(path: string): SqliteMoveTarget {
    mkdirSync(dirname(path), { recursive: true });
    return new SqliteMoveTarget(path, InstanceLock.acquire(path));
  }

  async begun(): Promise<Begun | null> {
    return hasTable(this.path, MARKER) ? this.note<Begun>('begun') : null;
  }

  async begin(begun: Begun): Promise<void> {
    // Nothing but the beginning of a marker may have been left there.
    removeDatabase(this.path);
    makePrivate(this.path);
    const connection = this.open();
    connection.exec(
      `begin; create table ${MARKER} (name varchar(100) primary key not null, value text not null)`,
    );
    this.write('begun', begun);
    connection.exec('commit');
  }

  async beginAnew(begun: Begun): Promise<void> {
    this.shut();
    removeDatabase(this.path);
    this.path = draftOf(this.place);
    await this.begin(begun);
  }

  async makeSchema(): Promise<void> {
    this.shut();
    const dataSource = await openSqlite(this.path);
    try {
      await migrate(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  async setAside(): Promise<void> {
    if (this.note('aside') !== null) return;
    const connection = this.open();
    connection.exec('begin');
    this.write('aside', dropIndexes(connection));
    connection.exec('commit');
  }

  async copied({ name }: TableShape): Promise<Copied | null> {
    return this.note<Copied>(`copied ${name}`);
  }

  async openChunk({ name, columns }: TableShape): Promise<Chunk> {
    const connection = this.open();
    const isNumber = columns.map(({ kind }) => kind === 'integer');
    connection.exec('begin');
    const buffer = new RowBuffer(
      connection,
      name,
      columns.map((column) => quoted(column.name)),
    );
    return {
      write: async ({ bytes }: Lines) => {
        for (const line of bytes.toString('utf8', 0, bytes.length - 1).split('\n'))
          buffer.add(...decodeRow(line, isNumber));
        // What is held back may be large.
        buffer.flush();
      },
      commit: async (copied) => {
        this.write(`copied ${name}`, copied);
        connection.exec('commit');
      },
    };
  }

  async complete(_: readonly TableShape[], course: Course): Promise<void> {
    const connection = this.open();
    const waiting = this.lacking();
    course.meter.start('Making indexes', waiting.length);
    await course.meter.time('indexes', async () => {
      for (const index of waiting) {
        await setImmediate();
        course.goOn();
        makeIndex(connection, index);
        course.meter.add(1, false);
      }
    });
    await course.meter.time('search', () => writeDocuments(connection, course));
    await course.meter.time('statistics', async () => {
      connection.exec('pragma analysis_limit = 1000; analyze');
    });
  }

  async continueNumbering({ name, key }: TableShape, last: number): Promise<void> {
    const connection = this.open();
    const [column] = key as [string];
    connection.exec('begin');
    const seq = connection
      .prepare(`select max(coalesce((select max(${quoted(column)}) from ${quoted(name)}), 0), ?)`)
      .pluck()
      .get(last);
    connection.prepare('delete from sqlite_sequence where name = ?').run(name);
    connection
      .prepare('insert into sqlite_sequence (name, seq) values (?, cast(? as integer))')
      .run(name, seq);
    connection.exec('commit');
  }

  async readBack(): Promise<RowSource> {
    this.shut();
    return SqliteRowSource.open(this.path);
  }

  async flaws(): Promise<string[]> {
    const connection = this.open();
    const broken = connection.pragma('foreign_key_check') as {
      table: string;
      rowid: number | null;
      parent: string;
    }[];
    const { missing, orphaned } = await checkConsistency(sqliteSource(connection));
    return [
      ...this.lacking().map(({ name }) => `The target lacks the index ${name}`),
      ...broken
        .slice(0, 10)
        .map(({ table, rowid, parent }) => `${table} ${rowid ?? ''} refers to a ${parent} that is not there`),
      ...(missing.length > 0 ? [`The search index lacks tickets ${missing.join(', ')}`] : []),
      ...(orphaned.length > 0
        ? [`The search index knows tickets that are not there: ${orphaned.join(', ')}`]
        : []),
    ];
  }

  async end(): Promise<void> {
    this.shut();
    if (this.path !== this.place) {
      takeRights(this.path, this.place);
      syncToDisk(this.path);
      removeDatabase(this.place);
      renameSync(this.path, this.place);
      this.path = this.place;
      syncToDisk(dirname(this.place));
    }
    this.open().exec(`drop table ${MARKER}`);
    this.shut();
  }

  async close(): Promise<void> {
    this.shut();
    this.lock.release();
  }

  private open(): Database.Database {
    return (this.connection ??= openDraft(this.path));
  }

  private shut(): void {
    this.connection?.close();
    this.connection = null;
    removeEmptyJournal(this.path);
  }

  private lacking(): Index[] {
    const there = this.open().prepare(`select name from sqlite_master where type = 'index'`).pluck().all();
    return (this.note<Index[]>('aside') ?? []).filter(({ name }) => !there.includes(name));
  }

  private note<T>(name: string): T | null {
    const value = this.open().prepare(`select value from ${MARKER} where name = ?`).pluck().get(name);
    return value === undefined ? null : (JSON.parse(value as string) as T);
  }

  private write(name: string, value: unknown): void {
    this.open().prepare(NOTE).run(name, JSON.stringify(value));
  }
}
