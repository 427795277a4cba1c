import { Injectable, OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '@liftdesk/health';
import { PubSub } from '@liftdesk/pubsub';
import { RateCounter } from '@liftdesk/throttling';

/** What processes share beside the database, where they share it. Without it each goes on alone: that only degrades. */
@Injectable()
export class SharedStateChecks implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly counter: RateCounter,
    private readonly pubSub: PubSub,
  ) {}

  onModuleInit(): void {
    this.add('redis', this.counter);
    this.add('pubsub', this.pubSub);
  }

  private add(name: string, part: Pick<RateCounter | PubSub, 'shared' | 'check'>): void {
    if (!part.shared) return;
    this.registry.addCheck({ name, critical: false, check: () => part.check().then(() => ({})) });
  }
}
