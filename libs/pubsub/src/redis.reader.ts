import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  clientOf,
  type Envelope,
  FIELD,
  reasonOf,
  type RedisConnection,
  type Streams,
  streamsOf,
} from './redis.connection';

export interface Entry {
  readonly id: string;
  readonly envelope: Envelope;
}

export interface ReaderEvents {
  /** Where to go on from; undefined at first. */
  lastId(): string | undefined;
  /** What is in Redis now, where the last id is not: anything may have been between. */
  restart(entries: readonly Entry[]): void;
  kept(entry: Entry): void;
  passing(envelope: Envelope): void;
  /** Messages that nobody here will get: so many came at once that some were trimmed before they were read. */
  missed(): void;
}

type RawEntry = [id: string, fields: string[]];
type RawStreams = [key: string, entries: RawEntry[]][] | null;

const BLOCK_MS = 2_000;
/** Redis answers a blocked read after BLOCK_MS at the latest: one that takes so much longer hangs. */
const GRACE_MS = 1_000;
const READ_AT_ONCE = 500;
const PAUSE_MS = 300;

/** Follows the streams on a connection of its own; comes back by itself and goes on from the last id. */
export class RedisReader {
  private readonly logger = new Logger('PubSub');
  private readonly streams: Streams;
  private redis: Redis | undefined;
  private passingId = '0-0';
  private closed = false;
  private lastAnswer = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly connection: RedisConnection,
    private readonly size: number,
    private readonly events: ReaderEvents,
  ) {
    this.streams = streamsOf(connection);
  }

  get follows(): boolean {
    return performance.now() - this.lastAnswer < BLOCK_MS + 2 * GRACE_MS;
  }

  /** Resolves when it follows for the first time; goes on until close(). */
  open(): Promise<void> {
    return new Promise((resolve) => void this.follow(resolve));
  }

  close(): void {
    this.closed = true;
    this.redis?.disconnect();
  }

  private async follow(started: () => void): Promise<void> {
    while (!this.closed) {
      const redis = clientOf(this.connection, { retryStrategy: () => null });
      this.redis = redis;
      // Each failure reaches us through the command that it fails.
      redis.on('error', () => undefined);
      try {
        await inTime(redis.connect());
        await inTime(this.findPlace(redis));
        this.lastAnswer = performance.now();
        started();
        while (!this.closed) await this.read(redis);
      } catch (error) {
        this.lastAnswer = Number.NEGATIVE_INFINITY;
        this.logger.debug({ message: 'pubsub.reader-lost', reason: reasonOf(error) });
        redis.disconnect();
        await sleep(PAUSE_MS, undefined, { ref: false });
      }
    }
  }

  private async findPlace(redis: Redis): Promise<void> {
    const [newest] = await redis.xrevrange(this.streams.passing, '+', '-', 'COUNT', 1);
    this.passingId = newest?.[0] ?? '0-0';
    if (await this.isThere(redis, this.events.lastId())) return;
    let entries = await redis.xrevrange(this.streams.kept, '+', '-', 'COUNT', this.size);
    if (entries.length === 0) {
      // Something to go on from, for whoever comes before the first message.
      const mark = JSON.stringify({ nonce: '' } satisfies Envelope);
      const id = (await redis.xadd(this.streams.kept, '*', FIELD, mark)) as string;
      entries = [[id, [FIELD, mark]]];
    }
    this.events.restart(entries.reverse().map(toEntry));
  }

  private async isThere(redis: Redis, id: string | undefined): Promise<boolean> {
    return id !== undefined && (await redis.xrange(this.streams.kept, id, id)).length > 0;
  }

  private async read(redis: Redis): Promise<void> {
    const lastId = this.events.lastId() ?? '0-0';
    const answer = (await inTime(
      redis.xread(
        ...(['COUNT', READ_AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS'] as const),
        ...[this.streams.kept, this.streams.passing, lastId, this.passingId],
      ),
    )) as RawStreams;
    if (this.closed) return;
    this.lastAnswer = performance.now();
    for (const [key, entries] of answer ?? []) {
      if (key === this.streams.kept) {
        // Behind a place that was trimmed away stand as many as are kept.
        const many = entries.length >= Math.min(READ_AT_ONCE, this.size);
        const overtaken = many && !(await this.isThere(redis, lastId));
        for (const raw of entries) this.events.kept(toEntry(raw));
        if (overtaken) this.events.missed();
      } else {
        for (const raw of entries) this.events.passing(toEntry(raw).envelope);
        this.passingId = entries.at(-1)?.[0] ?? this.passingId;
      }
    }
  }
}

/** What is not ours in the stream is nobody's business, and must not stop it. */
function toEntry([id, [, text = '']]: RawEntry): Entry {
  try {
    const envelope = JSON.parse(text) as Partial<Envelope> | null;
    if (typeof envelope?.nonce === 'string') return { id, envelope: { ...envelope, nonce: envelope.nonce } };
  } catch {
    // As what is JSON and not ours.
  }
  return { id, envelope: { nonce: '' } };
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), BLOCK_MS + GRACE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
