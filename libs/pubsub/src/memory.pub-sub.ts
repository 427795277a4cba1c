import { History } from './history';
import { type Message, type PublishOptions, PubSub } from './pub-sub';

/** Within this process, for one that is alone. Ids of a process before are unknown. */
export class MemoryPubSub extends PubSub {
  override readonly shared = false;
  private readonly history: History;
  private lastMs = 0;
  private inThisMs = 0;

  /** @param kept how many messages can be gone back to. */
  constructor(kept: number) {
    super();
    this.history = new History(kept);
    this.history.add({ id: this.nextId(), data: undefined });
  }

  override publish(data: object, { passing = false }: PublishOptions = {}): void {
    if (passing) {
      this.deliver({ id: undefined, data });
      return;
    }
    const message = { id: this.nextId(), data };
    this.history.add(message);
    this.deliver(message);
  }

  override since(id: string, passes?: (data: unknown) => boolean): Promise<readonly Message[] | undefined> {
    return Promise.resolve(this.history.since(id, passes));
  }

  override latestId(passes?: (data: unknown) => boolean): string | undefined {
    return this.history.latestId(passes);
  }

  /** Nothing that could be away. */
  override check(): Promise<void> {
    return Promise.resolve();
  }

  /** By time, as in Redis: a counter would tell a customer how much is going on at the desk. */
  private nextId(): string {
    const now = Date.now();
    this.inThisMs = now > this.lastMs ? 0 : this.inThisMs + 1;
    this.lastMs = Math.max(now, this.lastMs);
    return `${this.lastMs}-${this.inThisMs}`;
  }
}
