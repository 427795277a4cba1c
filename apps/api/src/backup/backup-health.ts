import type { OnModuleInit, Provider } from '@nestjs/common';
import { type CheckFinding, HealthRegistry, MetricsRegistry } from '@liftdesk/health';
import { StorageUnavailableError } from '@liftdesk/storage';
import { Clock } from '../common/clock';
import type { BackupConfig } from '../config/backup.schema';
import { reasonOf } from '../files-move/file-place';
import { describePlace, newestBackup, openBackupPlace } from './backup-place';
import { ageOf } from './words';

/** A listing and a manifest, from a bucket perhaps, are not asked for more often. */
const CACHE_MS = 60_000;
/** Two calls to a bucket, each of which gives up by itself. */
const TIMEOUT_MS = 15_000;

/** Tells when there is no proven backup of late; the desk goes on, so that only degrades. Nothing where nobody wants any. */
export class BackupHealth implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    private readonly metrics: MetricsRegistry,
    private readonly clock: Clock,
    private readonly config: BackupConfig,
  ) {}

  onModuleInit(): void {
    if (!this.config.isOn) return;
    const check = () => this.check();
    this.health.addCheck({
      name: 'backup',
      critical: false,
      check,
      timeoutMs: TIMEOUT_MS,
      cacheMs: CACHE_MS,
    });
    this.metrics.add({
      name: 'liftdesk_backup_age_seconds',
      help: 'For how long there has been no newer proven backup',
      type: 'gauge',
      cacheMs: CACHE_MS,
      read: async () => Math.round((await this.age()) / 1000),
    });
  }

  private async check(): Promise<CheckFinding> {
    const age = await this.age();
    if (age > this.config.maxAgeMs)
      throw new Error(
        `the last proven backup is ${ageOf(age)} old, ${ageOf(this.config.maxAgeMs)} are allowed: see what npm run backup says`,
      );
    return { message: `proven ${ageOf(age)} ago` };
  }

  /** Milliseconds since the last backup was proven. @throws Error where there is none, or nobody can tell */
  private async age(): Promise<number> {
    const where = describePlace(this.config);
    try {
      const now = this.clock.now();
      const newest = await newestBackup(await openBackupPlace(this.config, { existing: true }), now);
      if (newest) return now - Date.parse(newest.provenAt);
    } catch (error) {
      if (!(error instanceof StorageUnavailableError)) throw error;
      throw new Error(`the ${where} is away: ${reasonOf(error)}`, {
        cause: error,
      });
    }
    throw new Error(`there is no backup in the ${where}: npm run backup makes one`);
  }
}

/** Of AppModule. */
export const backupHealth = (config: BackupConfig): Provider => ({
  provide: BackupHealth,
  inject: [HealthRegistry, MetricsRegistry, Clock],
  useFactory: (health: HealthRegistry, metrics: MetricsRegistry, clock: Clock) =>
    new BackupHealth(health, metrics, clock, config),
});
