import { Injectable, Logger, OnApplicationBootstrap, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { type CheckFinding, HealthRegistry, MetricsRegistry } from '@liftdesk/health';
import { toIso } from '../common/clock';
import { type Maintenance, maintenanceView } from '../database/maintenance';
import { EventStreams } from '../events/event-streams';
import { MaintenanceMode } from './maintenance-mode';

/** The switch is thrown by another process, which tells nobody. */
const LOOK_MS = 3_000;

/** Tells operators and open windows of a maintenance. */
@Injectable()
export class MaintenanceSignals implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Maintenance');
  private timer: NodeJS.Timeout | undefined;
  private told: Maintenance | null = null;

  constructor(
    private readonly mode: MaintenanceMode,
    private readonly health: HealthRegistry,
    private readonly metrics: MetricsRegistry,
    private readonly streams: EventStreams,
  ) {}

  onModuleInit(): void {
    this.health.addCheck({ name: 'maintenance', critical: false, check: () => this.check() });
    this.metrics.add({
      name: 'liftdesk_maintenance',
      help: '1 while writes are refused because of a maintenance',
      type: 'gauge',
      read: async () => ((await this.mode.current()) === null ? 0 : 1),
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Tells whoever follows the desk when something has changed since the last look. */
  async look(): Promise<void> {
    try {
      const now = await this.mode.read();
      if (isSame(now, this.told)) return;
      this.told = now;
      this.logger.log({ message: now === null ? 'maintenance.ended' : 'maintenance.begun' });
      this.streams.tellAll({
        event: 'maintenance',
        data: { maintenance: now && maintenanceView(now) },
      });
    } catch (error) {
      this.logger.warn({ message: 'maintenance.not-read', error });
    }
  }

  private async check(): Promise<CheckFinding> {
    const maintenance = await this.mode.read();
    if (maintenance === null) return {};
    return { warn: true, message: `no writes are taken since ${toIso(maintenance.since)}` };
  }
}

const isSame = (one: Maintenance | null, other: Maintenance | null): boolean =>
  one?.since === other?.since && one?.until === other?.until && one?.message === other?.message;
