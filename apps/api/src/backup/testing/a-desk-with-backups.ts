import type { FileStorage, StorageConfig } from '@liftdesk/storage';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type { Config } from '../../config/config';
import type { DatabaseConfig, PostgresConfig } from '../../config/database.schema';
import { openDatabase } from '../../database/open-database';
import { openTicket, stage } from '../../testing/builders';
import { TestDesk } from '../../testing/test-desk';
import { openBackupPlace } from '../backup-place';
import { type BackupReport, makeBackup } from '../make-backup';
import { connectToHub, cutName, dropDatabase } from '../restore/postgres.hub';
import { type RestoreOptions, restoreBackup } from '../restore/restore-backup';
import type { RestoreReport } from '../restore/restore-report';

/** A desk with a ticket of two files, of which backups are made and restored while nothing serves it. */
export class DeskWithBackups {
  readonly lines: string[] = [];

  private constructor(
    readonly folder: string,
    readonly config: Config,
    private readonly desk: TestDesk,
  ) {}

  static async make(env: Record<string, string> = {}): Promise<DeskWithBackups> {
    const folder = mkdtempSync(join(tmpdir(), 'restore-'));
    const desk = await TestDesk.start({
      env: { DATABASE_PATH: join(folder, 'desk.sqlite'), BACKUP_DIR: join(folder, 'backups'), ...env },
    });
    try {
      await fill(desk);
    } catch (error) {
      await desk.close();
      throw error;
    }
    cpSync(desk.uploadDir, join(folder, 'uploads'), { recursive: true });
    const storage: StorageConfig = { ...desk.config.storage, uploadDir: join(folder, 'uploads') };
    await desk.app.close();
    return new DeskWithBackups(folder, { ...desk.config, storage }, desk);
  }

  async remove(): Promise<void> {
    const { database } = this.config;
    if (database.type === 'postgres') await dropKeptAside(database);
    await this.desk.close();
    rmSync(this.folder, { recursive: true });
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  place(): Promise<FileStorage> {
    return openBackupPlace(this.config.backup);
  }

  /** With other settings of backups. */
  with(changes: Partial<Config['backup']>): Config {
    return { ...this.config, backup: { ...this.config.backup, ...changes } };
  }

  backUp(changes: Partial<Config['backup']> = {}): Promise<BackupReport> {
    const { signal } = new AbortController();
    return makeBackup(this.with(changes), { version: 'test', say: () => undefined, signal });
  }

  restore(
    options: Partial<RestoreOptions> = {},
    changes: Partial<Config['backup']> = {},
  ): Promise<RestoreReport> {
    const { database, storage } = this.config;
    return restoreBackup(this.with(changes), {
      ...{ name: 'latest', into: database, filesInto: storage, sendQueuedMail: false, dryRun: false },
      ...{ reports: this.path('reports'), version: 'test', say: (line: string) => this.lines.push(line) },
      signal: new AbortController().signal,
      ...options,
    });
  }

  async query<T extends object>(sql: string, database: DatabaseConfig = this.config.database): Promise<T[]> {
    const dataSource: DataSource = await openDatabase(database);
    try {
      return await dataSource.query(sql);
    } finally {
      await dataSource.destroy();
    }
  }

  async subjects(database?: DatabaseConfig): Promise<string[]> {
    const rows = await this.query<{ subject: string }>('select subject from ticket order by rid', database);
    return rows.map(({ subject }) => subject);
  }
}

async function fill(desk: TestDesk): Promise<void> {
  const ana = await desk.signIn('customer');
  const files = ['first file', 'second file'].map((text) => ({
    filename: 'a.txt',
    content: Buffer.from(text),
  }));
  const staged = await stage(desk, ana, ...files);
  await openTicket(desk, ana, { subject: 'Quokka', attachmentIds: staged.map(({ id }) => id) });
}

/** Nobody else removes what a restore keeps. */
async function dropKeptAside(config: PostgresConfig): Promise<void> {
  const hub = await connectToHub(config);
  try {
    const { rows } = await hub.query<{ datname: string }>(
      `select datname from pg_database where starts_with(datname, $1)`,
      [`${cutName(config.database, 28)}_pre_restore_`],
    );
    for (const { datname } of rows) await dropDatabase(hub, datname);
  } finally {
    await hub.end();
  }
}
