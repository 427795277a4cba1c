import { Injectable, OnModuleInit } from '@nestjs/common';
import { type CheckFinding, HealthRegistry } from '@liftdesk/health';
import { MailTransport } from '@liftdesk/mail';
import { Clock } from '../common/clock';
import { OutboxStore } from './outbox.store';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Mail that has been due for so long: somebody should look, and nobody sends it. */
const SLOW_MS = 5 * MINUTE_MS;
const STUCK_MS = 30 * MINUTE_MS;

/** Whether mail goes out. Nobody's request depends on it: what waits is sent later. */
@Injectable()
export class MailHealth implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly transport: MailTransport,
    private readonly store: OutboxStore,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    // The service is asked over the network, and some count how often.
    const seldom = { timeoutMs: 5_000, cacheMs: MINUTE_MS };
    this.registry.addCheck({ name: 'mail', critical: false, check: () => this.checkTransport(), ...seldom });
    this.registry.addCheck({ name: 'outbox', critical: false, check: () => this.checkOutbox() });
  }

  private async checkTransport(): Promise<CheckFinding> {
    const { warning } = await this.transport.check();
    return warning === undefined ? {} : { warn: true, message: warning };
  }

  async checkOutbox(): Promise<CheckFinding> {
    const { queued, oldestDueMs, failed } = await this.store.backlog(this.clock.now() - DAY_MS);
    const message = `${queued} mails wait, ${failed} were given up in a day`;
    const late = `the oldest has been due for ${Math.floor(oldestDueMs / MINUTE_MS)} minutes`;
    if (oldestDueMs > STUCK_MS) throw new Error(`${message}; ${late}`);
    if (oldestDueMs > SLOW_MS) return { warn: true, message: `${message}; ${late}` };
    return { warn: failed > 0, message };
  }
}
