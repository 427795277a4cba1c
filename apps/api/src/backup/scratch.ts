import type { FileStorage } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';
import type { BackupConfig } from '../config/backup.schema';
import type { DatabaseConfig, PostgresConfig } from '../config/database.schema';
import { connectTo } from '../transfer/connect-postgres';
import { quoted } from '../transfer/tables';
import { type Artefact, restoreArtefact } from './artefact';
import { pgPrograms } from './pg-programs';
import { restorePostgres } from './postgres.dump';

/** A database that a backup was restored into, for a look; drop() leaves nothing of it. */
export interface Scratch {
  database: DatabaseConfig;
  drop(): Promise<void>;
}

export interface ScratchOptions {
  place: FileStorage;
  artefact: Artefact;
  config: BackupConfig;
  /** What it was made of: says the engine, and with PostgreSQL the server, unless BACKUP_SCRATCH_URL does. */
  database: DatabaseConfig;
  /** For files; removed by whoever made it. */
  folder: string;
  signal?: AbortSignal;
}

const PREFIX = 'liftdesk_proof_';
/** A proof takes minutes: what is older was left behind by a process that was killed. */
const LEFT_AFTER_MS = 24 * 3_600_000;

/**
 * Restores a database from its artefact as it is stored.
 * @throws DamagedBackupError, BackupKeyError, StartupError
 */
export async function restoreToScratch(options: ScratchOptions): Promise<Scratch> {
  const { place, artefact, config, database, folder } = options;
  const file = join(folder, `proof.${database.type === 'sqlite' ? 'sqlite' : 'pgdump'}`);
  const remove = (): Promise<void> => rm(file, { force: true });
  try {
    await restoreArtefact(place, artefact, config.encryptionKey, file, false);
    if (database.type === 'sqlite') return { database: { type: 'sqlite', path: file }, drop: remove };
    const scratch = await restoreDump(options, file, config.scratch ?? database);
    await remove();
    return scratch;
  } catch (error) {
    await remove();
    throw error;
  }
}

async function restoreDump(
  { config, signal }: ScratchOptions,
  file: string,
  server: PostgresConfig,
): Promise<Scratch> {
  const name = `${PREFIX}${Date.now()}_${randomBytes(4).toString('hex')}`;
  const major = await makeDatabase(server, name);
  const database = { ...server, database: name, statementTimeoutMs: 0 };
  const drop = (): Promise<void> => dropDatabase(server, name);
  try {
    await restorePostgres(await pgPrograms(config, major), database, file, signal);
    return { database, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** Removes what killed runs of this user left, and makes a new one. @returns the server's major version */
async function makeDatabase(server: PostgresConfig, name: string): Promise<number> {
  const client = await connectTo(server);
  try {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database
       where datname like '${PREFIX.replaceAll('_', '\\_')}%' and pg_get_userbyid(datdba) = current_user`,
    );
    for (const { datname } of rows) {
      const madeAt = Number(/_(\d+)_/.exec(datname.slice(PREFIX.length - 1))?.[1]);
      if (Date.now() - madeAt > LEFT_AFTER_MS)
        await client.query(`drop database if exists ${quoted(datname)} with (force)`);
    }
    await client.query(`create database ${quoted(name)} template template0`);
    const version = await client.query<{ server_version: string }>('show server_version');
    return Number.parseInt(version.rows[0]?.server_version ?? '', 10);
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new StartupError(
      `${server.user} may not create the database that a backup is proven in: alter role ${quoted(server.user)} createdb, or set BACKUP_SCRATCH_URL to a server and user that may`,
      { cause: error },
    );
  } finally {
    await client.end();
  }
}

async function dropDatabase(server: PostgresConfig, name: string): Promise<void> {
  const client = await connectTo(server);
  try {
    await client.query(`drop database if exists ${quoted(name)} with (force)`);
  } finally {
    await client.end();
  }
}
