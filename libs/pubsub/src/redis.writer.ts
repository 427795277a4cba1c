import type { Redis } from 'ioredis';
import {
  clientOf,
  type Envelope,
  FIELD,
  reasonOf,
  type RedisConnection,
  type Streams,
  streamsOf,
} from './redis.connection';

/** A message on its way to Redis. */
interface Outgoing extends Envelope {
  readonly passing: boolean;
  /** Subscribers of this process have it already. */
  delivered: boolean;
}

export interface WriterEvents {
  /** Redis cannot be told now: whoever is in this process should not wait for it. */
  undeliverable(envelope: Envelope, passing: boolean): void;
  lost(reason: string): void;
  back(): void;
}

const COMMAND_TIMEOUT_MS = 500;
const PROBE_MS = 500;
/** Further ones are dropped while Redis is away, and everybody is told that some are missing. */
export const MAX_WAITING = 10_000;
const BATCH = 100;
const PASSING_KEPT = 1_000;

/** Puts messages into the streams, in order; keeps them while Redis is away. */
export class RedisWriter {
  private readonly redis: Redis;
  private readonly streams: Streams;
  private readonly waiting: Outgoing[] = [];
  private dropped = false;
  private away: string | undefined;
  private said = false;
  private sending: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    connection: RedisConnection,
    private readonly kept: number,
    private readonly events: WriterEvents,
  ) {
    this.streams = streamsOf(connection);
    this.redis = clientOf(connection, {
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(100 * times, 1_000),
    });
    this.redis.on('error', (error: Error) => this.lose(reasonOf(error)));
    this.redis.on('close', () => this.lose('the connection was closed'));
    this.redis.on('ready', () => void this.probe());
  }

  /** Resolves when Redis is there or cannot be reached; never rejects. */
  async open(): Promise<void> {
    await this.redis.connect().catch((error: unknown) => this.lose(reasonOf(error)));
  }

  send(envelope: Envelope, passing: boolean): void {
    const isFull = this.waiting.length >= MAX_WAITING;
    if (isFull) this.lose('it takes events too slowly');
    const delivered = this.away !== undefined;
    if (delivered) this.events.undeliverable(envelope, passing);
    if (isFull) this.dropped = true;
    else if (!delivered || !passing) this.waiting.push({ ...envelope, passing, delivered });
    void this.flush();
  }

  /** @throws Error that says why Redis is away */
  async check(): Promise<void> {
    if (this.away === undefined) await this.probe();
    if (this.away !== undefined)
      throw new Error(`Redis is away, ${this.waiting.length} events wait for it: ${this.away}`);
  }

  /** Sends what still waits, if that can be done at once. */
  async close(): Promise<void> {
    if (this.away === undefined) await this.flush();
    this.closed = true;
    clearTimeout(this.timer);
    this.redis.disconnect();
  }

  private flush(): Promise<void> {
    if (this.away !== undefined) return Promise.resolve();
    return this.sendAll().catch((error: unknown) => this.lose(reasonOf(error)));
  }

  /** One at a time for all who want it done. */
  private sendAll(): Promise<void> {
    this.sending ??= this.sendBatches().finally(() => (this.sending = undefined));
    return this.sending;
  }

  private async sendBatches(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, BATCH);
      const pipeline = this.redis.pipeline();
      for (const { passing, delivered, ...envelope } of batch) {
        if (passing && delivered) continue;
        const [stream, length] = passing
          ? [this.streams.passing, PASSING_KEPT]
          : [this.streams.kept, this.kept];
        pipeline.xadd(stream, 'MAXLEN', '~', length, '*', FIELD, JSON.stringify(envelope));
      }
      const results = (await pipeline.exec()) ?? [];
      const failed = results.find(([error]) => error !== null);
      if (failed) throw failed[0] as Error;
      this.waiting.splice(0, batch.length);
    }
  }

  private lose(reason: string): void {
    if (this.closed) return;
    // What closed the connection says more than that it is closed.
    if (this.away === undefined || reason !== 'the connection was closed') this.away = reason;
    if (!this.said) this.events.lost(this.away);
    this.said = true;
    for (const outgoing of this.waiting.filter(({ delivered }) => !delivered)) {
      outgoing.delivered = true;
      this.events.undeliverable(outgoing, outgoing.passing);
    }
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.probe();
    }, PROBE_MS).unref();
  }

  /** Redis is back when it has taken what waits for it. */
  private async probe(): Promise<void> {
    const wasReady = this.redis.status === 'ready';
    try {
      await this.redis.ping();
      await this.sendAll();
    } catch (error) {
      this.lose(wasReady ? reasonOf(error) : 'the connection was closed');
      // A connection that hangs may lead to a machine that is gone: another one is tried.
      if (wasReady && this.redis.status === 'ready') this.redis.disconnect(true);
      return;
    }
    if (this.closed) return;
    this.away = undefined;
    if (this.said) this.events.back();
    this.said = false;
    if (!this.dropped) return;
    this.dropped = false;
    this.send({ nonce: '', missed: true }, false);
  }
}
