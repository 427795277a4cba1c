import { Logger } from '@nestjs/common';

/** What was published, as every subscriber gets it. */
export interface Message {
  /**
   * Its place in the order of all processes, to go on from with since(). Undefined for what only passes by, and for what was
   * published while the store was away: whoever has seen it goes on from the id before.
   */
  readonly id: string | undefined;
  /** JSON. */
  readonly data: unknown;
}

export interface Subscriber {
  next(message: Message): void;
  /** Messages may have been missed: what was learnt from them must be read anew. */
  missed(): void;
}

export interface PublishOptions {
  /** Worth nothing a moment later: it gets no id, is kept for nobody, and is dropped where it cannot be sent. */
  readonly passing?: boolean;
}

/**
 * Tells every process what has happened. Also the DI token.
 *
 * What one process publishes, every subscriber of every process gets in that order, usually once; where the store was away,
 * some may come twice to other processes. Publishing neither waits nor fails: while the store is away subscribers of this
 * process get messages at once, and the others get them when it is back.
 */
export abstract class PubSub {
  /** Whether there is a store between processes. */
  abstract readonly shared: boolean;
  private readonly logger = new Logger('PubSub');
  private readonly subscribers = new Set<Subscriber>();

  /** @param data JSON, small */
  abstract publish(data: object, options?: PublishOptions): void;

  /**
   * @param passes whether the asker may know of that message; what it may not know of is answered as if it had never been
   * @returns what came after this message, in order; undefined where that is not known any more, or the id never was
   */
  abstract since(id: string, passes?: (data: unknown) => boolean): Promise<readonly Message[] | undefined>;

  /** The id of the newest kept message that passes; of all messages unless said otherwise. */
  abstract latestId(passes?: (data: unknown) => boolean): string | undefined;

  /** A round trip to the store. @throws where it is away, in words for operators. */
  abstract check(): Promise<void>;

  /** @returns ends it */
  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    return () => void this.subscribers.delete(subscriber);
  }

  protected deliver(message: Message): void {
    this.tell((subscriber) => subscriber.next(message));
  }

  protected deliverMissed(): void {
    this.tell((subscriber) => subscriber.missed());
  }

  /** One subscriber that throws takes nothing from the others. */
  private tell(say: (subscriber: Subscriber) => void): void {
    for (const subscriber of [...this.subscribers]) {
      try {
        say(subscriber);
      } catch (error) {
        this.logger.error({ message: 'pubsub.subscriber-failed', error });
      }
    }
  }
}
