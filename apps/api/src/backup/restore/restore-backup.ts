import type { FileStorage, StorageConfig } from '@liftdesk/storage';
import type { Config } from '../../config/config';
import type { DatabaseConfig } from '../../config/database.schema';
import { openSqlite } from '../../database/sqlite';
import type { DeskDigest } from '../../transfer/digest';
import { describeDatabase } from '../../transfer/places';
import { type TableShape, tablesOf } from '../../transfer/tables';
import { describePlace, openBackupPlace } from '../backup-place';
import { readFileList } from '../file-list';
import type { Manifest } from '../manifest';
import { Phases } from '../phases';
import { proveDatabase } from '../proof';
import { checkSqlite } from '../sqlite.copy';
import { type Wanted, chooseBackup } from './choose-backup';
import { inRestoresWords } from './failures';
import { assertFits, digestOfBackup, tablesOfBackup } from './fit';
import type { RestoredFiles } from './put-back-files';
import { restoreFiles } from './restore-files';
import { type RestoreReport, keepReport, prepareReports } from './restore-report';
import type { RestoreTarget, Swap } from './restore-target';
import { settleDesk } from './settle-desk';
import { withTarget } from './with-target';

export interface RestoreOptions extends Wanted {
  /** Where the desk is to be. */
  into: DatabaseConfig;
  /** Where its attachments are to be; null to leave them alone. */
  filesInto: StorageConfig | null;
  sendQueuedMail: boolean;
  /** Everything is done in a scratch place, which is thrown away. */
  dryRun: boolean;
  /** The folder for the report. */
  reports: string;
  /** Of this build. */
  version: string;
  /** Told in a line what was done. */
  say: (line: string) => void;
  /** Told after each attachment that was looked at. */
  onFiles?: (bytes: number, of: number) => void;
  signal: AbortSignal;
}

const INTERRUPTED = 'Interrupted: the desk is as it was, and what was made of the backup is removed';

/**
 * Makes a desk of a backup in a new place, looks at all of it, and only then gives it the place of the desk; what was there
 * is kept aside.
 * @throws RefusedError, DifferenceError, InterruptedError, StartupError; until the swap the desk is as it was
 */
export async function restoreBackup(config: Config, options: RestoreOptions): Promise<RestoreReport> {
  try {
    const { into, reports, dryRun, say } = options;
    if (!dryRun) prepareReports(reports);
    const backups = await openBackupPlace(config.backup, { existing: true });
    const manifest = await chooseBackup(backups, describePlace(config.backup), options);
    const build = await ofThisBuild();
    assertFits(manifest, into, build.known);
    say(`${manifest.name}: the desk of ${manifest.createdAt}`);
    return await withTarget(config.backup, { database: into, dryRun, say }, (target) =>
      new Restore(config, options, backups, manifest, target).run(build),
    );
  } catch (error) {
    throw inRestoresWords(error);
  }
}

/** The tables and the migrations of this build, whatever the engine. */
async function ofThisBuild(): Promise<{ shapes: TableShape[]; known: string[] }> {
  const dataSource = await openSqlite(':memory:');
  try {
    const known = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
    return { shapes: tablesOf(dataSource), known };
  } finally {
    await dataSource.destroy();
  }
}

/** One restore on its way. */
class Restore {
  private readonly began = new Date();
  private readonly phases: Phases;

  constructor(
    private readonly config: Config,
    private readonly options: RestoreOptions,
    private readonly backups: FileStorage,
    private readonly manifest: Manifest,
    private readonly target: RestoreTarget,
  ) {
    this.phases = new Phases(options.say, options.signal, INTERRUPTED);
  }

  async run({ shapes, known }: Awaited<ReturnType<typeof ofThisBuild>>): Promise<RestoreReport> {
    const { manifest, options, phases } = this;
    const tables = await this.make(shapes);
    const { sendQueuedMail } = options;
    const { settled, forgotten } = await phases.run(
      'settle',
      'Ended its sessions, and looked at its search index',
      () => settleDesk(this.target.draft, { sendQueuedMail, now: this.began.getTime() }),
    );
    const migrated = known.filter((name) => !manifest.migrations.includes(name));
    if (migrated.length > 0 || settled.searchRebuilt) await this.checkAgain();
    const files = await this.bringFiles(forgotten);
    const swap = options.dryRun ? { aside: null, notes: [] } : await this.swap();
    return this.conclude({
      backup: manifest.name,
      createdAt: manifest.createdAt,
      versions: { backup: manifest.appVersion, liftdesk: options.version },
      into: describeDatabase(options.into),
      ...swap,
      bytes: manifest.database.plain.bytes,
      tables,
      ...{ migrated, settled, files, dryRun: options.dryRun },
      began: this.began.toISOString(),
      ended: new Date().toISOString(),
      phases: phases.seconds,
    });
  }

  private async make(shapes: readonly TableShape[]): Promise<DeskDigest> {
    const { backups, manifest, target, phases, options } = this;
    // It is small: where it is damaged nobody need wait for the database.
    if (options.filesInto !== null) for await (const _ of readFileList(backups, manifest));
    await phases.run('fetch', 'Made a database of it', () => target.fill(backups, manifest, phases.signal));
    const tables = tablesOfBackup(manifest, shapes);
    return phases.run('prove', 'Looked at every row', () =>
      proveDatabase(target.draft, tables, digestOfBackup(manifest, tables)),
    );
  }

  /** What was changed since it was looked at must be as sound. */
  private async checkAgain(): Promise<void> {
    const { draft } = this.target;
    if (draft.type === 'sqlite') await checkSqlite(draft.path);
  }

  private async bringFiles(forgotten: ReadonlySet<string>): Promise<RestoredFiles | null> {
    const { backups: place, manifest, phases, config } = this;
    const { filesInto: into, dryRun, onFiles } = this.options;
    if (into === null) return null;
    const { encryptionKey } = config.backup;
    const onBytes = (bytes: number): void => onFiles?.(bytes, manifest.files.bytes);
    const options = { place, into, encryptionKey, dryRun, onBytes, forgotten, signal: phases.signal };
    return phases.run('files', 'Looked at every attachment', () => restoreFiles(manifest, options));
  }

  private swap(): Promise<Swap> {
    return this.phases.run('swap', 'Gave it its place', () => this.target.swap());
  }

  /** The desk is restored whatever becomes of its report. */
  private conclude(report: RestoreReport): RestoreReport {
    if (report.dryRun) return report;
    try {
      return { ...report, file: keepReport(this.options.reports, report) };
    } catch (error) {
      return {
        ...report,
        notes: [...report.notes, `Its report could not be kept: ${(error as Error).message}`],
      };
    }
  }
}
