import type { OnApplicationShutdown } from '@nestjs/common';
import { BoundedWindows, MAX_KEYS } from './bounded-windows';
import { RateCounter } from './rate-counter';
import type { RateCount } from './rate-counter';
import { type RedisConnection, RedisLink } from './redis-link';

/**
 * KEYS: the counter. ARGV: what to add, what this process knows at least where Redis may have lost it, how long a new window is
 * (ms), and whether the count is taken away. Answers the count and what is left of its window (ms).
 */
const COUNT = `
  local known = tonumber(redis.call('GET', KEYS[1]) or 'none')
  local left = redis.call('PTTL', KEYS[1])
  local count = math.max(0, math.max(known or 0, tonumber(ARGV[2])) + tonumber(ARGV[1]))
  if ARGV[4] == 'take' then
    redis.call('DEL', KEYS[1])
    return { count, 0 }
  end
  if known then
    if count ~= known then redis.call('INCRBY', KEYS[1], count - known) end
    if left >= 0 then return { count, left } end
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
  elseif count == 0 then
    return { 0, 0 }
  else
    redis.call('SET', KEYS[1], count, 'PX', ARGV[3])
  end
  return { count, tonumber(ARGV[3]) }`;

interface Window {
  endsAt: number;
  /** What Redis said last, in which of its runs. */
  said: number;
  run: string | undefined;
  /** Sent and not answered yet. */
  underWay: number;
  /** Counted here while Redis was away: it is told with the next hit after. */
  unsent: number;
}

const NOTHING: RateCount = { count: 0, resetMs: 0 };

const countOf = ({ said, underWay, unsent }: Window): number => Math.max(0, said + underWay + unsent);

/**
 * Counts in Redis, for all processes together. What Redis says is remembered here, so that a process which loses it goes on
 * from there, within 200 ms, and a locked account stays locked. Redis is told on its return what was counted meanwhile, and
 * what it has forgotten if it was started anew.
 *
 * Hits that were under way when Redis began to hang may count twice.
 */
export class RedisRateCounter extends RateCounter implements OnApplicationShutdown {
  override readonly shared = true;
  private readonly windows: BoundedWindows<Window>;
  private readonly link: RedisLink;

  private constructor(
    private readonly connection: RedisConnection,
    maxKeys: number,
    private readonly now: () => number,
  ) {
    super();
    this.windows = new BoundedWindows(maxKeys);
    this.link = new RedisLink(connection);
  }

  /** Comes up without Redis too. @param maxKeys remembered in each bucket. @param now milliseconds, monotonic. */
  static async open(
    connection: RedisConnection,
    maxKeys = MAX_KEYS,
    now = () => performance.now(),
  ): Promise<RedisRateCounter> {
    const counter = new RedisRateCounter(connection, maxKeys, now);
    await counter.link.open();
    return counter;
  }

  override async add(bucket: string, key: string, amount: number, windowMs: number): Promise<RateCount> {
    const now = this.now();
    const known = this.windows.find(bucket, key, now);
    const window = known ?? newWindow(now + windowMs);
    if (known === undefined && amount > 0) this.windows.put(bucket, key, window, now);
    const isNothing = known === undefined && amount <= 0;
    if (!this.link.up) return isNothing ? NOTHING : this.countHere(window, amount, now);
    const { count, answer } = await this.tell(bucket, key, window, { amount, now });
    if (answer === undefined) return isNothing ? NOTHING : { count, resetMs: window.endsAt - now };
    const [said, resetMs] = answer;
    if (isNothing && said > 0) this.windows.put(bucket, key, window, now);
    return { count: said, resetMs };
  }

  override async take(bucket: string, key: string): Promise<number> {
    const now = this.now();
    const window = this.windows.find(bucket, key, now) ?? newWindow(now);
    if (this.link.up) {
      const { answer } = await this.tell(bucket, key, window, { amount: 0, now, take: true });
      if (answer !== undefined) {
        this.windows.forget(bucket, key);
        return answer[0];
      }
    }
    const count = countOf(window);
    window.unsent -= count;
    return count;
  }

  override check(): Promise<void> {
    return this.link.check();
  }

  onApplicationShutdown(): void {
    this.link.close();
  }

  private countHere(window: Window, amount: number, now: number): RateCount {
    window.unsent = Math.max(window.unsent + amount, -(window.said + window.underWay));
    return { count: countOf(window), resetMs: window.endsAt - now };
  }

  /** @returns Redis's answer, and what the count was here with this hit, for where there is none. */
  private async tell(
    bucket: string,
    key: string,
    window: Window,
    { amount, now, take = false }: { amount: number; now: number; take?: boolean },
  ): Promise<{ count: number; answer: [count: number, leftMs: number] | undefined }> {
    const { run } = this.link;
    const sent = amount + window.unsent;
    const floor = window.run === run ? 0 : window.said;
    window.unsent = 0;
    window.underWay += sent;
    const count = countOf(window);
    const args = [sent, floor, Math.max(1, Math.ceil(window.endsAt - now)), take ? 'take' : 'add'];
    const answer = await this.link.ask(
      (redis) =>
        redis.eval(COUNT, 1, `${this.connection.keyPrefix}rate:${bucket}:${key}`, ...args) as Promise<
          [number, number]
        >,
    );
    window.underWay -= sent;
    if (answer === undefined) {
      window.unsent = Math.max(window.unsent + sent, -(window.said + window.underWay));
    } else {
      window.said = answer[0];
      window.endsAt = now + answer[1];
      window.run = run;
    }
    return { count, answer };
  }
}

const newWindow = (endsAt: number): Window => ({ endsAt, said: 0, run: undefined, underWay: 0, unsent: 0 });
