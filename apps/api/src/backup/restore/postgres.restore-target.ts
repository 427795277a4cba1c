import type { FileStorage } from '@liftdesk/storage';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { RefusedError } from '../../common/operator-errors';
import { StartupError } from '../../common/startup-error';
import type { BackupConfig } from '../../config/backup.schema';
import type { PostgresConfig } from '../../config/database.schema';
import { connectTo } from '../../transfer/connect-postgres';
import { quoted } from '../../transfer/tables';
import { restoreArtefact } from '../artefact';
import { stampOf } from '../backup-name';
import type { Manifest } from '../manifest';
import { pgPrograms } from '../pg-programs';
import { restorePostgres } from '../postgres.dump';
import {
  type LiveDatabase,
  assertMayRename,
  assertNobodyConnected,
  connectToHub,
  cutName,
  draftPrefix,
  dropDatabase,
  holdRestores,
  liveDatabase,
} from './postgres.hub';
import { takeOverRights } from './postgres.rights';
import { RestoreTarget, type Swap } from './restore-target';
import { assertRoom } from './room';

const IN_USE = '55006';
/** A database of PostgreSQL: made under another name on the same server, and given the name of the one that is there. */
export class PostgresRestoreTarget extends RestoreTarget {
  readonly draft: PostgresConfig;
  private isSwapped = false;

  private constructor(
    private readonly database: PostgresConfig,
    private readonly config: BackupConfig,
    private readonly folder: string,
    private readonly hub: Client,
    private readonly live: LiveDatabase | undefined,
    private readonly stamp: string,
  ) {
    super();
    const name = draftPrefix(database.database) + stamp;
    this.draft = { ...database, database: name, statementTimeoutMs: 0 };
  }

  /**
   * @param folder for the dump, removed by whoever made it
   * @throws RefusedError where it cannot be had now
   */
  static async open(
    given: PostgresConfig,
    config: BackupConfig,
    folder: string,
  ): Promise<PostgresRestoreTarget> {
    const database = { ...given, database: cutName(given.database) };
    const hub = await connectToHub(database);
    try {
      await assertMayRename(hub, database);
      await assertNobodyConnected(hub, database.database);
      await holdRestores(hub, database.database);
      const live = await liveDatabase(hub, database.database);
      const stamp = await freeStamp(hub, database.database);
      return new PostgresRestoreTarget(database, config, folder, hub, live, stamp);
    } catch (error) {
      await hub.end();
      throw error;
    }
  }

  async fill(backups: FileStorage, manifest: Manifest, signal: AbortSignal): Promise<void> {
    const { hub, draft, config, folder, live } = this;
    const [here, there] = [await majorOf(hub), Number.parseInt(manifest.engineVersion, 10)];
    if (here < there)
      throw new RefusedError(
        `${manifest.name} is of PostgreSQL ${there}, and the server is PostgreSQL ${here}: restore it into one of ${there} or newer. Nothing was written`,
      );
    const programs = await pgPrograms(config, here);
    await assertRoom(folder, manifest.database.plain.bytes, 'the dump');
    const file = join(folder, 'restore.pgdump');
    await restoreArtefact(backups, manifest.database, config.encryptionKey, file, false);
    await hub.query(`create database ${quoted(draft.database)} template template0 ${live?.likeness ?? ''}`);
    await restorePostgres(programs, draft, file, signal);
    await rm(file);
  }

  async swap(): Promise<Swap> {
    const refused = await this.finish();
    const aside = this.live === undefined ? null : asideName(this.database.database, this.stamp);
    try {
      await this.rename(aside);
    } catch (error) {
      await this.settleDoubt(error as Error & { code?: string });
    }
    this.isSwapped = true;
    const words = `${this.database.user} may not give it again, so run it as an administrator of the server`;
    return { aside, notes: refused.map((statement) => `${words}: ${this.named(statement)}`) };
  }

  async close(): Promise<void> {
    try {
      if (!this.isSwapped) await dropDatabase(this.hub, this.draft.database);
    } finally {
      await this.hub.end();
    }
  }

  /** What a database needs besides its rows. @returns what could not be given to it */
  private async finish(): Promise<string[]> {
    const { draft, database, live } = this;
    const to = await connectTo(draft);
    try {
      await to.query('analyze');
      if (live === undefined) return [];
      const from = await connectTo(database);
      try {
        return await takeOverRights(from, to, draft.database);
      } finally {
        await from.end();
      }
    } finally {
      await to.end();
    }
  }

  /** Both names, or none. */
  private async rename(aside: string | null): Promise<void> {
    const { hub, draft, database } = this;
    const [present, name] = [quoted(database.database), quoted(draft.database)];
    await hub.query('begin');
    if (aside !== null) await hub.query(`alter database ${present} rename to ${quoted(aside)}`);
    await hub.query(`alter database ${name} rename to ${present}`);
    await hub.query('commit');
  }

  /** Where the answer to the commit did not arrive, the server is asked what it did. */
  private async settleDoubt(error: Error & { code?: string; severity?: string }): Promise<void> {
    const { hub, draft, database } = this;
    if (error.severity !== undefined && (await rollsBack(hub))) {
      if (error.code === IN_USE) await assertNobodyConnected(hub, database.database);
      throw error;
    }
    let isDone: boolean;
    try {
      const other = await connectToHub(database);
      isDone = (await liveDatabase(other, draft.database)) === undefined;
      await other.end();
    } catch {
      throw new StartupError(
        `The server went away as the databases were given their names, so that both have them or none: once it is back, \`psql -l\` shows a ${asideName(database.database, this.stamp)} where the restore is done`,
        { cause: error },
      );
    }
    if (!isDone) throw error;
  }

  /** The name of the draft is a plain one, which stands in no quotes. */
  private named(statement: string): string {
    return statement.replaceAll(this.draft.database, quoted(this.database.database));
  }
}

/** False where the server has ended the connection: it may have said so behind the commit. */
const rollsBack = (client: Client): Promise<boolean> =>
  client.query('rollback').then(
    () => true,
    () => false,
  );

async function majorOf(hub: Client): Promise<number> {
  const { rows } = await hub.query<{ server_version: string }>('show server_version');
  return Number.parseInt(rows[0]?.server_version ?? '', 10);
}

/** Of the second; of the next one where there was a restore in this one already. */
async function freeStamp(hub: Client, database: string): Promise<string> {
  for (let second = Date.now(); ; second += 1000) {
    const stamp = stampOf(new Date(second));
    if ((await liveDatabase(hub, asideName(database, stamp))) === undefined) return stamp;
  }
}

const asideName = (database: string, stamp: string): string => {
  const suffix = `_pre_restore_${stamp}`;
  return cutName(database, suffix.length) + suffix;
};
