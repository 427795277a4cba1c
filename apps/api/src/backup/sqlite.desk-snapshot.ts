import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqliteConfig } from '../config/database.schema';
import { SqliteRowSource } from '../transfer/sqlite.row-source';
import { DeskSnapshot } from './desk-snapshot';
import { type Present, readPresent } from './present-tables';
import { copySqlite, withoutPlaceTables } from './sqlite.copy';

/** A copy of the file, which nobody else knows. */
export class SqliteSnapshot extends DeskSnapshot {
  readonly engine = 'sqlite';

  private constructor(
    private readonly path: string,
    readonly desk: Present,
    readonly rows: SqliteRowSource,
  ) {
    super();
  }

  static async open(database: SqliteConfig, folder: string): Promise<SqliteSnapshot> {
    const copy = join(folder, 'copy.sqlite');
    await copySqlite(database.path, copy);
    // Of the desk itself: to be opened for writing, the copy would be synced as a whole first.
    const desk = await readPresent(database, 'select sqlite_version()');
    await withoutPlaceTables(copy);
    return new SqliteSnapshot(copy, desk, SqliteRowSource.open(copy));
  }

  dump(): AsyncIterable<Uint8Array> {
    return createReadStream(this.path, { highWaterMark: 1024 * 1024 });
  }

  async digest(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {
    await this.rows.close();
    await rm(this.path, { force: true });
  }
}
