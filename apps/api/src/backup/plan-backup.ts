import { statSync } from 'node:fs';
import type { Config } from '../config/config';
import type { DatabaseConfig } from '../config/database.schema';
import { freeBytes } from '../files-move/free-bytes';
import { bytesOf } from '../files-move/words';
import { connectTo } from '../transfer/connect-postgres';
import { openRowSource } from '../transfer/open-row-source';
import { describeDatabase } from '../transfer/places';
import { describePlace, isThere, listBackups, openBackupPlace } from './backup-place';
import { attachmentsOf } from './file-list';
import { pgPrograms } from './pg-programs';
import { Pool } from './pool';
import { readPresent } from './present-tables';
import { outdated } from './retention';

export interface BackupPlan {
  database: string;
  place: string;
  /** Of the database as it lies there, and free where the backup is made. */
  bytes: number;
  freeBytes: number;
  attachments: { count: number; bytes: number; toCopy: number };
  encrypted: boolean;
  outdated: string[];
}

/** What makeBackup() would do; nothing is written. @throws StartupError for what would stop it */
export async function planBackup({ database, backup, storage }: Config): Promise<BackupPlan> {
  const { tables, version } = await readPresent(database, versionQuery(database));
  if (database.type === 'postgres') await pgPrograms(backup, Number.parseInt(version, 10));
  // The first backup makes the folder.
  const place = isThere(backup) ? await openBackupPlace(backup, { existing: true }) : undefined;
  const pool = place && storage.type === 'local' ? await Pool.open(place, backup.encryptionKey) : undefined;
  const attachments = { count: 0, bytes: 0, toCopy: 0 };
  const rows = await openRowSource(database);
  try {
    for await (const file of attachmentsOf(rows, tables)) {
      attachments.count += 1;
      attachments.bytes += file.size;
      if (storage.type === 'local' && !pool?.has(file)) attachments.toCopy += 1;
    }
  } finally {
    await rows.close();
  }
  const manifests = place ? (await listBackups(place)).manifests : [];
  return {
    database: describeDatabase(database),
    place: describePlace(backup),
    bytes: await bytesOfDatabase(database),
    freeBytes: await freeBytes(backup.folder),
    attachments,
    encrypted: backup.encryptionKey !== undefined,
    outdated: outdated(manifests, backup, Date.now()).map(({ name }) => name),
  };
}

export function planLines(plan: BackupPlan): string {
  const { count, bytes, toCopy } = plan.attachments;
  return [
    `From      ${plan.database}, ${bytesOf(plan.bytes)}`,
    `To        ${plan.place}, ${plan.encrypted ? 'encrypted' : 'not encrypted'}`,
    `Files     ${count} attachments, ${bytesOf(bytes)}; ${toCopy} to be copied`,
    `Room      ${bytesOf(plan.freeBytes)} free where it is made, which takes some ${bytesOf(plan.bytes * 2)}`,
    `Outdated  ${plan.outdated.join(', ') || 'none'}`,
    'Nothing was written',
  ].join('\n');
}

const versionQuery = ({ type }: DatabaseConfig): string =>
  type === 'sqlite' ? 'select sqlite_version()' : `select current_setting('server_version')`;

async function bytesOfDatabase(database: DatabaseConfig): Promise<number> {
  if (database.type === 'sqlite') return statSync(database.path).size;
  const client = await connectTo(database);
  try {
    const { rows } = await client.query<{ bytes: string }>(
      'select pg_database_size(current_database()) as bytes',
    );
    return Number(rows[0]?.bytes);
  } finally {
    await client.end();
  }
}
