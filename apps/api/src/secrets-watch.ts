import { Injectable, Logger, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { type CheckFinding, HealthRegistry } from '@liftdesk/health';
import { type SecretEvent, SecretStore, type SecretValues } from '@liftdesk/secrets';
import { reservedNames } from './config/load-config';

/** What is asked of the store each time it is needed; anything else was read once, at the start. */
const LIVE = new Set(['JWT_SECRET', 'JWT_SECRET_PREVIOUS']);

/** Tells of secrets that changed or cannot be read, by name, in the log and in /health. Work goes on with the old ones. */
@Injectable()
export class SecretsWatch implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Secrets');
  private readonly atStart: SecretValues;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly store: SecretStore,
    private readonly registry: HealthRegistry,
  ) {
    this.atStart = store.values();
  }

  onModuleInit(): void {
    if (this.store.state().provider === 'env') return;
    const ignored = reservedNames(this.atStart);
    if (ignored.length > 0) this.logger.warn({ message: 'secrets.names-ignored', names: ignored });
    this.stopListening = this.store.onEvent((event) => this.tell(event));
    this.registry.addCheck({ name: 'secrets', critical: false, check: () => this.check() });
  }

  onModuleDestroy(): void {
    this.stopListening();
  }

  /** One failure may pass; only after some more the values are older than they should be. */
  private check(): CheckFinding {
    const { readAt, failure } = this.store.state();
    const age = Date.now() - readAt;
    const message = `read ${Math.round(age / 1_000)} s ago`;
    if (failure !== null && age > this.store.lagMs * 1.5) throw new Error(`${message}: ${failure}`);
    if (failure !== null) return { warn: true, message: `${message}: ${failure}` };
    const stale = this.restartFor();
    if (stale.length === 0) return { message };
    return { warn: true, message: `${message}; restart to use what changed: ${stale.join(', ')}` };
  }

  private restartFor(): string[] {
    const now = this.store.values();
    const names = new Set([...Object.keys(this.atStart), ...Object.keys(now)]);
    return [...names].filter((name) => !LIVE.has(name) && now[name] !== this.atStart[name]);
  }

  private tell(event: SecretEvent): void {
    switch (event.type) {
      case 'changed':
        return this.logger.log({ message: 'secrets.changed', names: event.names });
      case 'refresh-failed':
        return this.logger.warn({ message: 'secrets.refresh-failed', failure: event.failure });
      case 'refresh-recovered':
        return this.logger.log({ message: 'secrets.refresh-recovered' });
    }
  }
}
