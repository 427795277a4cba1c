import { Injectable, OnModuleInit } from '@nestjs/common';
import { HealthRegistry } from '@liftdesk/health';
import { RateCounter } from '@liftdesk/throttling';

/** What processes share beside the database, where they share it. Without it each goes on alone: that only degrades. */
@Injectable()
export class SharedStateChecks implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly counter: RateCounter,
  ) {}

  onModuleInit(): void {
    this.add('redis', this.counter);
  }

  private add(name: string, part: Pick<RateCounter, 'shared' | 'check'>): void {
    if (!part.shared) return;
    this.registry.addCheck({ name, critical: false, check: () => part.check().then(() => ({})) });
  }
}
