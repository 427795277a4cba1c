import { Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AttachmentSweeper } from './attachments/attachment-sweeper';
import { SessionsService } from './auth/sessions.service';
import { Clock } from './common/clock';
import { Idempotency } from './common/idempotency';
import { dialectOf } from './database/dialect';
import { MaintenanceError } from './database/maintenance';
import { readMaintenance } from './maintenance-mode/maintenance-switch';
import { OutboxStore } from './notifications/outbox.store';
import { ErasureService } from './users/erasure/erasure.service';

/** Ended sessions are kept a while, so that the reuse of one of their tokens is still told from noise. */
const KEEP_SESSIONS_MS = 30 * 86_400_000;
/** What became of a mail is kept with its message; of the others, which nobody sees, so long. */
const KEEP_MAIL_MS = 90 * 86_400_000;

/** Removes what has served its time. Each task is safe to repeat and to interrupt. */
@Injectable()
export class MaintenanceService {
  private readonly logger = new Logger(MaintenanceService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly sessions: SessionsService,
    private readonly idempotency: Idempotency,
    private readonly sweeper: AttachmentSweeper,
    private readonly outbox: OutboxStore,
    private readonly erasure: ErasureService,
    private readonly clock: Clock,
  ) {}

  @Cron(CronExpression.EVERY_HOUR, { name: 'maintenance', waitForCompletion: true })
  async run(): Promise<void> {
    // Nor is a file removed that somebody may be carrying to another place.
    if ((await this.attempt('maintenance', () => readMaintenance(this.database))) !== null) return;
    const { unlessDoneElsewhere } = dialectOf(this.database);
    // All processes of a desk wake at the same minute.
    const isOurs = await this.attempt('lease', () =>
      unlessDoneElsewhere(this.database, 'maintenance', () => this.sweepDatabase()),
    );
    // Whoever does the rest, the folder for uploads under way is each machine's own.
    if (!isOurs) await this.attempt('staging', () => this.sweeper.sweepStaging());
  }

  private async sweepDatabase(): Promise<void> {
    await this.attempt('sessions', () => this.sessions.sweep(this.clock.now() - KEEP_SESSIONS_MS));
    await this.attempt('idempotency-keys', () =>
      this.database.transaction((manager) => this.idempotency.sweep(manager)),
    );
    await this.attempt('erasure', () => this.erasure.finish());
    await this.attempt('attachments', () => this.sweeper.sweep());
    await this.attempt('mail', () => this.outbox.sweep(this.clock.now() - KEEP_MAIL_MS));
  }

  /** One task that fails does not keep the others from running. */
  private async attempt<T>(task: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      // It is done in another hour.
      if (error instanceof MaintenanceError) return undefined;
      this.logger.error({ message: 'maintenance.failed', task, error });
      return undefined;
    }
  }
}
