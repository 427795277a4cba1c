import type { BackupConfig } from '../config/backup.schema';
import type { PostgresConfig } from '../config/database.schema';
import { type DeskDigest, digestDesk } from '../transfer/digest';
import { PostgresRowSource } from '../transfer/postgres.row-source';
import { DeskSnapshot } from './desk-snapshot';
import { type PgPrograms, pgPrograms } from './pg-programs';
import { dumpPostgres } from './postgres.dump';
import { type Present, readPresent } from './present-tables';

/** One transaction, which pg_dump joins. */
export class PostgresSnapshot extends DeskSnapshot {
  readonly engine = 'postgres';

  private constructor(
    private readonly config: PostgresConfig,
    private readonly programs: PgPrograms,
    readonly desk: Present,
    readonly rows: PostgresRowSource,
  ) {
    super();
  }

  static async open(database: PostgresConfig, config: BackupConfig): Promise<PostgresSnapshot> {
    const desk = await readPresent(database, `select current_setting('server_version')`);
    const programs = await pgPrograms(config, Number.parseInt(desk.version, 10));
    return new PostgresSnapshot(database, programs, desk, await PostgresRowSource.open(database));
  }

  dump(): AsyncIterable<Uint8Array> {
    return dumpPostgres(this.programs, this.config, this.rows.snapshot);
  }

  digest(signal: AbortSignal): Promise<DeskDigest> {
    return digestDesk(this.rows, this.desk.tables, () => signal.throwIfAborted());
  }

  close(): Promise<void> {
    return this.rows.close();
  }
}
