import { existsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { assertNoDemoAccounts } from '../../auth/demo-accounts';
import { makeBackup } from '../../backup/make-backup';
import { buildVersion } from '../../common/build-version';
import { StartupError } from '../../common/startup-error';
import { isStrict } from '../../config/config';
import type { DatabaseConfig } from '../../config/database.schema';
import { assertMigrated } from '../../database/migration-state';
import { openDatabase } from '../../database/open-database';
import { AttachmentSource } from '../../files-move/attachment-source';
import { moveStorage } from '../../files-move/storage-move';
import { verifyStorage } from '../../files-move/storage-verify';
import { totalsOf } from '../../files-move/words';
import { beginMaintenance, readMaintenance } from '../../maintenance-mode/maintenance-switch';
import { moveDesk } from '../../move/move-desk';
import { DifferenceError, InterruptedError, type Output, RefusedError } from '../operator';
import { differencesOf, showFiles } from '../storage-move';
import { examine } from './examine';
import { LiftJournal } from './lift-journal';
import { type Carriage, planCarriage } from './plan-carriage';
import { type Side, describeSide } from './side';

export interface CarryOptions {
  from: Side;
  to: Side;
  /** The folder where the journal and the reports are kept. */
  reports: string;
  repair: boolean;
  /** People and what they wrote are replaced; files are not brought. */
  mask: boolean;
  /** Begins anew where an earlier run left a half-moved target. */
  restart: boolean;
  backup: boolean;
  /** Looks, plans, and does nothing. */
  dryRun: boolean;
  /** What users read meanwhile. */
  message: string;
}

const OF_MAINTENANCE =
  'The source is still in maintenance. Run the same command again to go on; or give it up by `npm run maintenance -- off` there';

/**
 * Brings a desk from one place to another, in the order in which nothing can be lost: both are looked at, the source stops
 * taking writes, is backed up, its rows and then its files are brought and proven. Each step that is done stays done; the
 * source is left as it was, in maintenance.
 * @throws RefusedError before anything is written; later OperatorErrors that say what state things are in
 */
export async function carryDesk(
  options: CarryOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Carriage> {
  const { from, to } = options;
  assertThere(from);
  await examine('source', from, output);
  await examine('target', to, output);
  const source = await openDatabase(patient(from.config.database));
  try {
    await assertMigrated(source);
    await assertMayServe(source, options);
    const since = (await readMaintenance(source))?.since;
    const journal =
      since === undefined || options.dryRun
        ? null
        : LiftJournal.open(options.reports, { ...places(options), since });
    const carriage = await planCarriage(options, journal);
    if (options.dryRun) return carriage;
    const began = journal ?? (await switchOn(source, options, output));
    try {
      await new Carrying(options, carriage, source, began, output, signal).run();
    } catch (error) {
      if (error instanceof Error) error.message = `${error.message}\n${OF_MAINTENANCE}`;
      throw error;
    }
    return carriage;
  } finally {
    await source.destroy();
  }
}

/** Opening a file of SQLite that is not there would make one. @throws RefusedError */
function assertThere({ config: { database } }: Side): void {
  if (database.type === 'sqlite' && !existsSync(database.path))
    throw new RefusedError(`There is no database ${database.path}: there is nothing to bring`);
}

/** What the new place would not start on is better known now. @throws RefusedError */
async function assertMayServe(source: DataSource, { to, mask }: CarryOptions): Promise<void> {
  if (mask || !isStrict(to.config.app.NODE_ENV)) return;
  try {
    await assertNoDemoAccounts(source);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new RefusedError(`${to.name} would not start with this desk: ${error.message}`, { cause: error });
  }
}

async function switchOn(source: DataSource, options: CarryOptions, output: Output): Promise<LiftJournal> {
  await beginMaintenance(source, { message: options.message });
  output.line('The source is in maintenance: it is read, and takes no writes');
  const now = await readMaintenance(source);
  return LiftJournal.open(options.reports, { ...places(options), since: now?.since ?? 0 });
}

const places = ({ from, to }: CarryOptions) => ({ from: describeSide(from), to: describeSide(to) });

/** A command may take the time that it needs. */
const patient = (database: DatabaseConfig): DatabaseConfig =>
  database.type === 'postgres' ? { ...database, statementTimeoutMs: 0 } : database;

/** The steps, each done once. */
class Carrying {
  constructor(
    private readonly options: CarryOptions,
    private readonly carriage: Carriage,
    private readonly source: DataSource,
    private readonly journal: LiftJournal,
    private readonly output: Output,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    const { backup } = this.options;
    const { database, files } = this.carriage;
    if (backup) await this.step('backup', () => this.backUp());
    if (database !== null || this.journal.isDone('database'))
      await this.step('database', () => this.bringDatabase());
    if (files) await this.step('files', () => this.bringFiles());
    await this.step('verification', () => this.verify());
  }

  private async step(name: string, work: () => Promise<string>): Promise<void> {
    if (this.signal.aborted) throw new InterruptedError(`Interrupted before the step: ${name}`);
    if (this.journal.isDone(name)) return this.output.line(`${name}: done by an earlier run`);
    const words = await work();
    this.journal.markDone(name);
    this.output.line(`${name}: ${words}`);
  }

  private async backUp(): Promise<string> {
    const { output, signal } = this;
    const { manifest, place } = await makeBackup(this.options.from.config, {
      version: buildVersion(),
      say: (line) => output.line(`  ${line}`),
      signal,
    });
    return `${manifest.name} in ${place}, restored once and compared`;
  }

  private async bringDatabase(): Promise<string> {
    const { from, to, reports, restart, repair, mask } = this.options;
    const report = await moveDesk({
      ...{ from: from.config.database, to: to.config.database, reports, restart, repair, mask },
      onProgress: (progress) => this.output.progress.show(progress),
      signal: this.signal,
    });
    this.carriage.report = report;
    return `${report.rows.toLocaleString('en')} rows, proven; the report is ${report.file ?? ''}`;
  }

  private async bringFiles(): Promise<string> {
    const { from, to, reports } = this.options;
    const report = await moveStorage({
      ...{ from: from.config.storage, to: to.config.storage, reports, version: buildVersion() },
      attachments: new AttachmentSource(this.source),
      onProgress: showFiles(this.output, 'Moving files'),
      signal: this.signal,
    });
    if (report.differences.count > 0)
      throw new DifferenceError(
        [...differencesOf('Files that did not arrive', report), `The report is ${report.kept}.txt`].join(
          '\n',
        ),
      );
    return `${totalsOf(report.copied)} copied, ${totalsOf(report.there)} were there; all read back`;
  }

  /** Once more from the other end: what the new place itself says it should have, compared with what is there. */
  private async verify(): Promise<string> {
    const { to } = this.options;
    if (!this.carriage.files) return 'files are not part of this';
    const target = await openDatabase(patient(to.config.database));
    try {
      const report = await verifyStorage({
        attachments: new AttachmentSource(target),
        storage: to.config.storage,
        quick: true,
        onProgress: showFiles(this.output, 'Verifying files'),
        signal: this.signal,
      });
      if (report.differences.count > 0)
        throw new DifferenceError(differencesOf('Files that are not what their rows say', report).join('\n'));
      return `${totalsOf(report.sound)} are where the rows of the target say`;
    } finally {
      await target.destroy();
    }
  }
}
