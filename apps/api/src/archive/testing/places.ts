import { createFileStorage, type FileStorage } from '@liftdesk/storage';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { DataSource } from 'typeorm';
import { type DatabaseConfig, databaseSchema } from '../../config/database.schema';
import { migrate } from '../../database/migrate';
import { openDatabase } from '../../database/open-database';
import { fillDesk } from '../../testing/filled-desk';
import { type TestDatabase, onPostgres, testDatabase } from '../../testing/test-database';
import { openRowSource } from '../../transfer/open-row-source';
import { tablesOf } from '../../transfer/tables';
import { type ExportOptions, type ExportReport, exportDesk } from '../export-desk';
import { type ImportOptions, importDesk } from '../import-desk';
import type { Manifest } from '../manifest';

/** Where a desk is: its database, and the folder of its files. */
export interface Place {
  database: DatabaseConfig;
  uploads: string;
}

export const AT = new Date('2026-11-26T04:00:00.123Z');

/** Desks to export from and to import into, in a folder of their own. */
export class Places {
  readonly folder = mkdtempSync(join(tmpdir(), 'liftdesk-archive-'));
  private readonly databases: TestDatabase[] = [];
  private count = 0;

  /** Migrated and without a row; on the engine that this run of tests is for, unless said. */
  async empty(onSqlite = !onPostgres): Promise<Place> {
    const name = this.path('place');
    const made = onSqlite
      ? { env: { DATABASE_PATH: `${name}.sqlite` }, drop: async () => undefined }
      : await testDatabase();
    this.databases.push(made);
    const place = { database: databaseSchema.parse(made.env), uploads: `${name}-uploads` };
    if (onSqlite) await this.opened(place, migrate);
    return place;
  }

  /** With rows of every kind, and files of these contents. */
  async filled(
    files: readonly Buffer[] = [Buffer.from('a small file'), Buffer.alloc(0)],
    onSqlite?: boolean,
  ): Promise<Place> {
    const place = await this.empty(onSqlite);
    const storage = await storageOf(place);
    await this.opened(place, async (dataSource) => {
      await fillDesk(dataSource);
      await dataSource.query('delete from attachment');
      for (const content of files) await attach(dataSource, storage, content);
    });
    return place;
  }

  async opened<T>({ database }: Place, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
    const dataSource = await openDatabase(database);
    try {
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  async export(place: Place, given: Partial<ExportOptions> = {}): Promise<ExportReport> {
    const tables = await this.opened(place, async (dataSource) => tablesOf(dataSource));
    const source = await openRowSource(place.database);
    try {
      return await exportDesk({
        source,
        tables,
        storage: await storageOf(place),
        to: this.path('desk.tar.gz'),
        withPasswords: false,
        allowMissing: false,
        appVersion: '1.2.3',
        createdAt: AT,
        onProgress: () => undefined,
        signal: new AbortController().signal,
        ...given,
      });
    } finally {
      await source.close();
    }
  }

  async import(place: Place, from: string, given: Partial<ImportOptions> = {}): Promise<Manifest> {
    return importDesk({
      from,
      database: place.database,
      storage: await storageOf(place),
      dryRun: false,
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...given,
    });
  }

  /** One that nobody uses yet. */
  path(name: string): string {
    return join(this.folder, `${(this.count += 1)}-${name}`);
  }

  async remove(): Promise<void> {
    for (const database of this.databases.splice(0)) await database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const storageOf = ({ uploads }: Place): Promise<FileStorage> =>
  createFileStorage({ type: 'local', uploadDir: uploads, signingSecret: randomBytes(32) });

async function attach(dataSource: DataSource, storage: FileStorage, content: Buffer): Promise<void> {
  const key = `attachments/${randomBytes(16).toString('hex')}.txt`;
  await storage.put(key, Readable.from([content]));
  const sha256 = createHash('sha256').update(content).digest('hex');
  await dataSource.query(
    `insert into attachment (id, ticket_rid, message_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256,
       storage_key, created_at) values (?, 1, 1, 4, 1, '../../étiquette "x".txt', 'text/plain', ?, ?, ?, 1795305600000)`,
    [randomUUID(), content.length, sha256, key],
  );
}
