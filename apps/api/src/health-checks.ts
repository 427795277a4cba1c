import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type CheckFinding, HealthRegistry } from '@liftdesk/health';
import type { Logger } from '@liftdesk/logging';
import { FileStorage } from '@liftdesk/storage';
import { WINSTON_MODULE_PROVIDER } from 'nest-winston';
import { stat } from 'node:fs/promises';
import { DataSource } from 'typeorm';
import { dialectOf } from './database/dialect';
import { exemptTransaction } from './database/maintenance';
import { migrationState } from './database/migration-state';
import { logCheck } from './log-check';

/** What /health and /health/ready ask of this application. Without files tickets still work: that only degrades. */
@Injectable()
export class HealthChecks implements OnModuleInit {
  private databaseFile: number | null = null;

  constructor(
    private readonly registry: HealthRegistry,
    @InjectDataSource() private readonly database: DataSource,
    private readonly storage: FileStorage,
    @Inject(WINSTON_MODULE_PROVIDER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    this.databaseFile = await inodeOf(this.database);
    this.registry.addCheck({ name: 'database', critical: true, check: () => this.checkDatabase() });
    this.registry.addCheck({ name: 'storage', critical: false, check: () => this.checkStorage() });
    this.registry.addCheck(logCheck(this.logger));
    this.registry.addReadyCondition({ name: 'database', reason: () => this.databaseReason() });
  }

  /** A transaction that may write, on the very file that was opened: a deleted one would take writes and lose them. */
  private async checkDatabase(): Promise<CheckFinding> {
    assertSameFile(this.databaseFile, await inodeOf(this.database));
    await exemptTransaction(this.database, (manager) => dialectOf(manager).assertWritable(manager));
    const { pending, unknown } = await migrationState(this.database);
    if (pending.length > 0)
      throw new Error(`${pending.length} migration(s) are pending: run \`npm run migration:run\``);
    return unknown.length === 0 ? {} : { warn: true, message: newerVersion(unknown) };
  }

  private async checkStorage(): Promise<CheckFinding> {
    await this.storage.check();
    return {};
  }

  private async databaseReason(): Promise<string | undefined> {
    assertSameFile(this.databaseFile, await inodeOf(this.database));
    const { pending } = await migrationState(this.database);
    return pending.length > 0 ? 'migrations pending' : undefined;
  }
}

const newerVersion = (unknown: string[]): string =>
  `the database is of a newer version (it has ${unknown.join(', ')}): it works, and waits for that version to be started`;

/** Null for a database that is no file here: in memory, or behind a server. */
async function inodeOf({ options }: DataSource): Promise<number | null> {
  return options.type === 'better-sqlite3' && options.database !== ':memory:'
    ? (await stat(options.database)).ino
    : null;
}

function assertSameFile(opened: number | null, present: number | null): void {
  if (opened !== present)
    throw new Error('the database file was replaced: restart Liftdesk before anything is written');
}
