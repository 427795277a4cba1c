import type { FileStorage } from '@liftdesk/storage';
import type { BackupConfig } from '../../config/backup.schema';
import type { DatabaseConfig } from '../../config/database.schema';
import type { Manifest } from '../manifest';
import { type Scratch, restoreToScratch } from '../scratch';
import { RestoreTarget } from './restore-target';
import { assertRoom } from './room';

/** Where a backup is tried: everything is done with it but that it takes a place. */
export class ScratchRestoreTarget extends RestoreTarget {
  private scratch: Scratch | undefined;

  constructor(
    private readonly database: DatabaseConfig,
    private readonly config: BackupConfig,
    private readonly folder: string,
  ) {
    super();
  }

  get draft(): DatabaseConfig {
    return (this.scratch as Scratch).database;
  }

  async fill(place: FileStorage, manifest: Manifest, signal: AbortSignal): Promise<void> {
    const { database, config, folder } = this;
    const { database: artefact } = manifest;
    await assertRoom(folder, artefact.plain.bytes, 'the database');
    this.scratch = await restoreToScratch({ place, artefact, config, database, folder, signal });
  }

  async swap(): Promise<never> {
    throw new Error('What is only tried takes no place');
  }

  async close(): Promise<void> {
    await this.scratch?.drop();
  }
}
