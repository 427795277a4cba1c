import type { FileStorage } from '@liftdesk/storage';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RefusedError } from '../../common/operator-errors';
import { StartupError } from '../../common/startup-error';
import type { BackupConfig } from '../../config/backup.schema';
import type { SqliteConfig } from '../../config/database.schema';
import { type DatabaseClaim, claimDatabase, realPath } from '../../database/instance-lock';
import { DatabaseInUseError, asideOf, draftOf, swapDatabase, undoHalfSwap } from '../../database/sqlite.swap';
import { draftOf as moveDraftOf } from '../../move/half-moved';
import { restoreArtefact } from '../artefact';
import { stampOf } from '../backup-name';
import type { Manifest } from '../manifest';
import { holdBackups } from '../one-at-a-time';
import { RestoreTarget, type Swap } from './restore-target';
import { assertRoom } from './room';

const WAS_DAMAGED = 'What was there before could not be opened as a database: it is kept as it was found';

/** A file of SQLite: made beside the one that is there, held against servers and backups until the end. */
export class SqliteRestoreTarget extends RestoreTarget {
  readonly draft: SqliteConfig;

  private constructor(
    private readonly path: string,
    private readonly stamp: string,
    private readonly claims: readonly DatabaseClaim[],
    private readonly encryptionKey: string | undefined,
  ) {
    super();
    this.draft = { type: 'sqlite', path: draftOf(path, stamp) };
  }

  /** @throws RefusedError where it cannot be had now */
  static open(database: SqliteConfig, { encryptionKey }: BackupConfig, at: Date): SqliteRestoreTarget {
    if (database.path === ':memory:') throw new RefusedError('A database in memory is not restored');
    const path = realPath(database.path);
    assertOurs(path);
    const claims: DatabaseClaim[] = [];
    try {
      mkdirSync(dirname(path), { recursive: true });
      claims.push(claimDatabase(database));
      claims.push(holdBackups(database.path));
    } catch (error) {
      for (const claim of claims) claim.release();
      throw inWords(error as Error, dirname(path));
    }
    return new SqliteRestoreTarget(path, freeStamp(path, at), claims, encryptionKey);
  }

  async fill(backups: FileStorage, { database }: Manifest): Promise<void> {
    await assertRoom(dirname(this.path), database.plain.bytes, 'the database');
    await restoreArtefact(backups, database, this.encryptionKey, this.draft.path);
  }

  async swap(): Promise<Swap> {
    const { path, stamp } = this;
    if (existsSync(path)) chmodSync(this.draft.path, statSync(path).mode & 0o777);
    try {
      const { aside, wasDamaged } = swapDatabase(path, stamp);
      return { aside, notes: wasDamaged ? [WAS_DAMAGED] : [] };
    } catch (error) {
      if (error instanceof DatabaseInUseError)
        throw new RefusedError(`${error.message}. The desk is as it was`, { cause: error });
      throw error;
    }
  }

  async close(): Promise<void> {
    undoHalfSwap(this.path);
    for (const claim of this.claims) claim.release();
  }
}

/** @throws RefusedError where a move is under way, or the server could not use what is made here */
export function assertOurs(path: string): void {
  if (existsSync(moveDraftOf(path)))
    throw new RefusedError(
      `A desk is half moved into ${path}: end that with the same \`npm run db:move\`, or remove ${moveDraftOf(path)} to give it up`,
    );
  const mine = process.geteuid?.();
  const of = [path, dirname(path)].find(existsSync);
  if (mine === undefined || of === undefined) return;
  const { uid } = statSync(of);
  if (uid !== mine && (of === path || mine === 0))
    throw new RefusedError(
      `${of} belongs to another user (id ${uid}), who could not use what is restored: run this as that user, such as with \`sudo -u\`. Nothing was written`,
    );
}

/** Of the second; of the next one where there was a restore in this one already. */
function freeStamp(path: string, at: Date): string {
  for (let second = at.getTime(); ; second += 1000) {
    const stamp = stampOf(new Date(second));
    if (!existsSync(asideOf(path, stamp))) return stamp;
  }
}

function inWords(error: Error, folder: string): Error {
  if (error instanceof RefusedError) return error;
  if (error instanceof StartupError)
    return new RefusedError(`${error.message}. Nothing was written`, { cause: error });
  const { code } = error as NodeJS.ErrnoException;
  return new RefusedError(`${folder} cannot be written (${code}): change its rights. Nothing was written`, {
    cause: error,
  });
}
