import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where Redis is, and what our keys there begin with. */
export interface RedisConnection {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
  readonly keyPrefix: string;
}

/** One command may take so long, the handshake of a new connection too. */
const COMMAND_TIMEOUT_MS = 150;
/** While Redis is away it is asked so often whether it is back. */
const PROBE_MS = 500;
/** A start waits so long for the first connection; then it goes on without. */
const START_MS = 1_000;

/**
 * A connection to Redis that nobody waits for: the first command that fails or takes too long opens the circuit, and until
 * a write and a read have worked again every further one is told at once that Redis is away. Each change is logged once.
 */
export class RedisLink {
  private readonly logger = new Logger('Throttling');
  private readonly redis: Redis;
  private readonly probeKey: string;
  /** Why Redis is away; undefined where it is there. */
  private away: string | undefined = 'not connected yet';
  private said = false;
  private runId: string | undefined;
  private probing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor({ host, port, username, password, tls, keyPrefix }: RedisConnection) {
    this.probeKey = `${keyPrefix}probe:${randomUUID()}`;
    this.redis = new Redis({
      host,
      port,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls && { tls: {} }),
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: 2_000,
      disconnectTimeout: 200,
      disableClientInfo: true,
      retryStrategy: (times) => Math.min(100 * times, 1_000),
      // What was a primary and is a replica now refuses writes: the name may lead to the new primary by now.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.redis.on('error', (error: Error) => this.lose(reasonOf(error)));
    this.redis.on('close', () => this.lose('the connection was closed'));
    this.redis.on('ready', () => void this.probe());
  }

  /** Resolves when Redis is there, or after a second without it. */
  async open(): Promise<void> {
    const connected = this.redis.connect().then(
      () => this.probe(),
      () => undefined,
    );
    await Promise.race([connected, sleep(START_MS, undefined, { ref: false })]);
    if (this.away !== undefined) this.lose(this.away);
  }

  get up(): boolean {
    return this.away === undefined;
  }

  /** Which run of Redis this is: another one may have lost what the last one knew. */
  get run(): string | undefined {
    return this.runId;
  }

  /** @returns what Redis answers; undefined where it is away or does not answer in time. Never throws. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.away !== undefined) return undefined;
    try {
      return await command(this.redis);
    } catch (error) {
      this.lose(reasonOf(error));
      return undefined;
    }
  }

  /** @throws Error that says why Redis is away */
  async check(): Promise<void> {
    if (this.away === undefined) await this.probe();
    if (this.away !== undefined)
      throw new Error(`Redis is away, each process counts for itself: ${this.away}`);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.redis.disconnect();
  }

  private lose(reason: string): void {
    if (this.closed) return;
    // What closed the connection says more than that it is closed.
    if (this.away === undefined || reason !== 'the connection was closed') this.away = reason;
    if (!this.said) this.logger.error({ message: 'throttling.redis-lost', reason: this.away });
    this.said = true;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.probe();
    }, PROBE_MS).unref();
  }

  /** One at a time for all who want to know. */
  private probe(): Promise<void> {
    this.probing ??= this.probeAlone().finally(() => (this.probing = undefined));
    return this.probing;
  }

  /** A write and a read: a Redis that is full or only a replica answers pings too. */
  private async probeAlone(): Promise<void> {
    const wasReady = this.redis.status === 'ready';
    try {
      const word = randomUUID();
      await this.redis.set(this.probeKey, word, 'PX', 10_000);
      if ((await this.redis.get(this.probeKey)) !== word) throw new Error('what was written cannot be read');
      this.runId = await this.currentRun();
    } catch (error) {
      this.lose(wasReady ? reasonOf(error) : 'the connection was closed');
      // A connection that hangs may lead to a machine that is gone: another one is tried.
      if (wasReady && this.redis.status === 'ready') this.redis.disconnect(true);
      return;
    }
    if (this.closed) return;
    if (this.said) this.logger.log({ message: 'throttling.redis-back' });
    this.said = false;
    this.away = undefined;
  }

  /** Undefined where this user may not ask. */
  private async currentRun(): Promise<string | undefined> {
    try {
      return /^run_id:(\w+)/m.exec(await this.redis.info('server'))?.[1];
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOPERM')) return undefined;
      throw error;
    }
  }
}

/** Never the error itself: ioredis hangs the command on it, and that of a refused sign-in holds the password. */
function reasonOf(error: unknown): string {
  const { message, code, name } = error as NodeJS.ErrnoException;
  return message || code || name;
}
