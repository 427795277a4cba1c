import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { History } from './history';
import { type Message, type PublishOptions, PubSub } from './pub-sub';
import type { Envelope, RedisConnection } from './redis.connection';
import { type Entry, RedisReader } from './redis.reader';
import { MAX_WAITING, RedisWriter } from './redis.writer';

/** A start waits so long for Redis; then it goes on without. */
const START_MS = 1_000;
/** Somebody may come from a process that has read on already: so long this one has to follow. */
const CATCH_UP_MS = 500;
const ID = /^\d{1,15}-\d{1,15}$/;
/** So many messages are told apart from their own copies. */
const NONCES = 20_000;

/**
 * Between processes, by Redis Streams: the id of an entry is that of the message, so that a client goes on from it with
 * whichever process. Subscribers get a message when it has come back from Redis, in the one order.
 *
 * While Redis is away, what is published here is delivered here at once, without an id, and sent when it is back; it has an
 * id then, for those who go on from before it, but is not delivered here again.
 */
export class RedisPubSub extends PubSub implements OnApplicationShutdown {
  override readonly shared = true;
  private readonly log = new Logger('PubSub');
  private readonly process = randomUUID();
  private published = 0;
  private readonly history: History;
  private readonly writer: RedisWriter;
  private readonly reader: RedisReader;
  private readonly seen = new Set<string>();
  /** Delivered here, and not in Redis yet. */
  private readonly waiting = new Map<string, unknown>();
  private waitingForMore: (() => void)[] = [];

  private constructor(connection: RedisConnection, kept: number) {
    super();
    this.history = new History(kept);
    this.writer = new RedisWriter(connection, kept, {
      undeliverable: (envelope, passing) => this.deliverHere(envelope, passing),
      lost: (reason) => this.log.error({ message: 'pubsub.redis-lost', reason }),
      back: () => this.log.log({ message: 'pubsub.redis-back' }),
    });
    this.reader = new RedisReader(connection, kept, {
      lastId: () => this.history.lastId,
      restart: (entries) => this.restart(entries),
      kept: (entry) => this.receive(entry),
      passing: ({ nonce, data }) => {
        if (data !== undefined) this.deliverOnce(nonce, { id: undefined, data });
      },
      missed: () => this.deliverMissed(),
    });
  }

  /** Comes up without Redis too. @param kept how many messages can be gone back to. */
  static async open(connection: RedisConnection, kept: number): Promise<RedisPubSub> {
    const pubSub = new RedisPubSub(connection, kept);
    const opened = Promise.all([pubSub.writer.open(), pubSub.reader.open()]);
    await Promise.race([opened, sleep(START_MS, undefined, { ref: false })]);
    return pubSub;
  }

  override publish(data: object, { passing = false }: PublishOptions = {}): void {
    this.published += 1;
    this.writer.send({ nonce: `${this.process}:${this.published}`, data }, passing);
  }

  /** Ids that are too old, ahead or not for the asker take equally long: how long says nothing of what there is. */
  override async since(
    id: string,
    passes?: (data: unknown) => boolean,
  ): Promise<readonly Message[] | undefined> {
    if (!ID.test(id)) return undefined;
    const deadline = sleep(CATCH_UP_MS, undefined, { ref: false }).then(() => true);
    for (let late = false; !late && !this.history.knows(id, passes);) {
      late =
        (await Promise.race([deadline, new Promise<void>((more) => this.waitingForMore.push(more))])) ===
        true;
    }
    const kept = this.waiting.size < MAX_WAITING ? this.history.since(id, passes) : undefined;
    return kept && [...kept, ...[...this.waiting.values()].map((data) => ({ id: undefined, data }))];
  }

  override latestId(passes?: (data: unknown) => boolean): string | undefined {
    return this.history.latestId(passes);
  }

  override async check(): Promise<void> {
    await this.writer.check();
    if (!this.reader.follows) throw new Error('Redis takes events, but they cannot be read');
  }

  async onApplicationShutdown(): Promise<void> {
    this.reader.close();
    await this.writer.close();
  }

  private receive({ id, envelope }: Entry): void {
    const { nonce, data, missed } = envelope;
    this.waiting.delete(nonce);
    this.history.add({ id, data });
    if (data !== undefined) this.deliverOnce(nonce, { id, data });
    if (missed) this.deliverMissed();
    const waiting = this.waitingForMore;
    this.waitingForMore = [];
    for (const more of waiting) more();
  }

  /** At the start, and where Redis was started anew or has forgotten where we were. */
  private restart(entries: readonly Entry[]): void {
    for (const { envelope } of entries) this.waiting.delete(envelope.nonce);
    this.history.reset(entries.map(({ id, envelope: { data } }) => ({ id, data })));
    this.deliverMissed();
  }

  private deliverHere({ nonce, data }: Envelope, passing: boolean): void {
    if (data === undefined) return;
    if (!passing && this.waiting.size < MAX_WAITING) this.waiting.set(nonce, data);
    this.deliverOnce(nonce, { id: undefined, data });
  }

  private deliverOnce(nonce: string, message: Message): void {
    if (this.seen.has(nonce)) return;
    this.seen.add(nonce);
    if (this.seen.size > NONCES) this.seen.delete(this.seen.values().next().value as string);
    this.deliver(message);
  }
}
