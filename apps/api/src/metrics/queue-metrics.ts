import { Inject, Injectable, OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { MetricsRegistry } from '@liftdesk/health';
import { logDelivery, type Logger } from '@liftdesk/logging';
import { WINSTON_MODULE_PROVIDER } from 'nest-winston';
import { type OutboxBacklog, OutboxStore } from '../notifications/outbox.store';

/** So long a count of the outbox is given again: it costs a query. */
const OUTBOX_CACHE_MS = 5_000;

/** What waits to leave the process: mails, and lines of the log. */
@Injectable()
export class QueueMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: MetricsRegistry,
    private readonly modules: ModuleRef,
    @Inject(WINSTON_MODULE_PROVIDER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.metrics.add({
      name: 'liftdesk_log_lines_waiting',
      help: 'Lines of the log that wait to be written',
      type: 'gauge',
      read: () => logDelivery(this.logger).queued,
    });
    this.metrics.add({
      name: 'liftdesk_log_lines_dropped_total',
      help: 'Lines of the log that were given up',
      type: 'counter',
      read: () => logDelivery(this.logger).dropped,
    });
    this.metrics.add({
      name: 'liftdesk_outbox_mails',
      help: 'Mails that wait to be sent, and those that were given up',
      type: 'gauge',
      cacheMs: OUTBOX_CACHE_MS,
      read: async () => {
        const { queued, failed } = await this.backlog();
        return [
          { labels: { state: 'queued' }, value: queued },
          { labels: { state: 'dead' }, value: failed },
        ];
      },
    });
    this.metrics.add({
      name: 'liftdesk_outbox_oldest_due_seconds',
      help: 'For how long the oldest mail has been due',
      type: 'gauge',
      cacheMs: OUTBOX_CACHE_MS,
      read: async () => (await this.backlog()).oldestDueMs / 1_000,
    });
  }

  private backlog(): Promise<OutboxBacklog> {
    return this.modules.get(OutboxStore, { strict: false }).backlog(0);
  }
}
