import { Injectable, OnModuleInit } from '@nestjs/common';
import { MetricsRegistry } from '@liftdesk/health';
import { EventStreams } from '../events/event-streams';

/** How many clients of this process follow the desk live. */
@Injectable()
export class EventMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: MetricsRegistry,
    private readonly streams: EventStreams,
  ) {}

  onModuleInit(): void {
    this.metrics.add({
      name: 'liftdesk_event_streams',
      help: 'Clients that follow the desk live',
      type: 'gauge',
      read: () => this.streams.open,
    });
  }
}
