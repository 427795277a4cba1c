import type { DataSource } from 'typeorm';
import { makeBackup } from '../../backup/make-backup';
import { buildVersion } from '../../common/build-version';
import { openDatabase } from '../../database/open-database';
import { AttachmentSource } from '../../files-move/attachment-source';
import { moveStorage } from '../../files-move/storage-move';
import { verifyStorage } from '../../files-move/storage-verify';
import { totalsOf } from '../../files-move/words';
import { moveDesk } from '../../move/move-desk';
import type { MoveReport } from '../../move/report';
import { DifferenceError, InterruptedError, RefusedError } from '../../common/operator-errors';
import { type Output } from '../operator';
import { differencesOf, showFiles } from '../storage-move';
import { patient } from '../with-database';
import type { CarryOptions } from './carry-options';
import type { LiftJournal } from './lift-journal';
import { assertAllowed } from './lost-files';
import type { Carriage } from './plan-carriage';
import { isStopped } from './source-maintenance';

/** The steps, each done once. */
export class Carrying {
  /** Of the rows, where this run has brought them. */
  report: MoveReport | undefined;

  constructor(
    private readonly options: CarryOptions,
    private readonly source: DataSource,
    private readonly journal: LiftJournal,
    private readonly output: Output,
    private readonly signal: AbortSignal,
  ) {}

  async run({ bringsRows, bringsFiles }: Carriage): Promise<void> {
    if (this.options.backup) await this.step('backup', () => this.backUp());
    if (bringsRows) await this.step('database', () => this.reach(() => this.bringDatabase()));
    if (bringsFiles) {
      await this.step('files', () => this.reach(() => this.bringFiles()));
      await this.step('verification', () => this.verify());
    }
    await this.assertNothingWritten();
  }

  private async step(name: string, work: () => Promise<string>): Promise<void> {
    if (this.signal.aborted) throw new InterruptedError(`Interrupted before the step: ${name}`);
    await this.assertNothingWritten();
    const { done } = this.journal;
    if (name in done) return this.output.line(`${name}: done by an earlier run, ${done[name]}`);
    const words = await work();
    this.journal.markDone(name, words);
    this.output.line(`${name}: ${words}`);
  }

  /** What the source takes after its rows were read stays behind, unseen by any proof. A masked copy is of one instant. */
  private async assertNothingWritten(): Promise<void> {
    if (this.options.mask || (await isStopped(this.source, this.journal))) return;
    throw new DifferenceError('Somebody has let the source take writes before all had arrived');
  }

  /** Whatever becomes of it, the target may have something of the desk, unless it is refused before. */
  private async reach(work: () => Promise<string>): Promise<string> {
    const { hasReached } = this.journal;
    this.journal.markReached(true);
    try {
      return await work();
    } catch (error) {
      if (error instanceof RefusedError) this.journal.markReached(hasReached);
      throw error;
    }
  }

  private async backUp(): Promise<string> {
    const { output, signal } = this;
    const { config } = this.options.from;
    const { manifest, place, problems } = await makeBackup(config, {
      version: config.app.APP_VERSION ?? buildVersion(),
      say: (line) => output.line(`  ${line}`),
      signal,
      // Nothing is deleted at the source.
      prune: false,
    });
    const without = problems.length > 0 ? `, without ${problems.length} attachments that are lost` : '';
    return `${manifest.name} in the ${place}, restored once and compared${without}`;
  }

  private async bringDatabase(): Promise<string> {
    const { from, to, reports, restart, repair, mask } = this.options;
    this.report = await moveDesk({
      ...{ from: from.config.database, to: to.config.database, reports, restart, repair, mask },
      onProgress: (progress) => this.output.progress.show(progress),
      signal: this.signal,
    });
    return `${this.report.rows.toLocaleString('en')} rows, proven; the report is ${this.report.file ?? ''}`;
  }

  private async bringFiles(): Promise<string> {
    const { from, to, reports, allowMissing } = this.options;
    const report = await moveStorage({
      ...{ from: from.config.storage, to: to.config.storage, reports, version: buildVersion() },
      attachments: new AttachmentSource(this.source),
      onProgress: showFiles(this.output, 'Moving files'),
      signal: this.signal,
    });
    const { copied, there, differences, kept } = report;
    assertAllowed(report, allowMissing, `All others have arrived. The report is ${kept}.txt`);
    this.journal.noteLost(differences.first.map(({ key }) => key));
    const without =
      differences.count > 0 ? `; ${differences.count} that the source had lost are missing` : '';
    return `${totalsOf(copied)} copied, ${totalsOf(there)} were there, all read back${without}; the report is ${kept}.txt`;
  }

  /** Once more from the other end: what the new place itself says it should have, compared with what is there. */
  private async verify(): Promise<string> {
    const { to } = this.options;
    const target = await openDatabase(patient(to.config.database));
    try {
      const report = await verifyStorage({
        attachments: new AttachmentSource(target),
        storage: to.config.storage,
        quick: true,
        onProgress: showFiles(this.output, 'Verifying files'),
        signal: this.signal,
      });
      const lost = new Set(this.journal.lost);
      const { count, first } = report.differences;
      const known = first.filter(({ key }) => lost.has(key)).length;
      if (count > known)
        throw new DifferenceError(differencesOf('Files that are not what their rows say', report).join('\n'));
      return `${totalsOf(report.sound)} are where the rows of the target say`;
    } finally {
      await target.destroy();
    }
  }
}
