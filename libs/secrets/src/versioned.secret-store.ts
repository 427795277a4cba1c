import { setTimeout as sleep } from 'node:timers/promises';
import { SecretStoreError } from './secret-store.errors';
import { SecretStore } from './secret-store';
import type { FormerSecrets, SecretEvent, SecretStoreState, SecretValues } from './secret-store';
import type { SecretSource, SecretVersion } from './secret-source';

export interface VersionedStoreOptions {
  readonly ttlMs: number;
  readonly bootTimeoutMs: number;
  /** Throws where these values would not do; they are not taken then. Its message holds no value. */
  readonly accept?: (values: SecretValues) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** 5,000 by default: for one question. */
  readonly attemptMs?: number;
}

const ATTEMPT_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
/** Refreshing that fails is tried again after 5 s, 10 s and so on, until the time to live is reached. */
const RETRY_MS = 5_000;
/** Asked for out of turn, the service is asked no more often than this. */
const SPARE_MS = 10_000;
/** Tokens and links live a week at most. What a key signs for longer needs that key under a name of its own later. */
const REMEMBER_MS = 8 * 86_400_000;
const REMEMBER_VERSIONS = 10;

/** Keeps the values of a source in memory, reads them again when they are old, and remembers those before. */
export class VersionedSecretStore extends SecretStore {
  readonly lagMs: number;
  private readonly now: () => number;
  private readonly listeners = new Set<(event: SecretEvent) => void>();
  private version: SecretVersion = { id: '', createdAt: 0, values: {} };
  private past: readonly FormerSecrets[] = [];
  private readAt = 0;
  private failure: string | null = null;
  private failures = 0;
  private triedAt = -Infinity;
  private reading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(
    private readonly source: SecretSource,
    private readonly options: VersionedStoreOptions,
  ) {
    super();
    this.now = options.now ?? (() => Date.now());
    this.lagMs = options.ttlMs + RETRY_MS;
  }

  /**
   * Reads the values, again and again while nobody answers.
   * @throws SecretStoreError when the time is up, or trying again would not help
   * @throws what `accept` throws
   */
  static async open(source: SecretSource, options: VersionedStoreOptions): Promise<VersionedSecretStore> {
    const store = new VersionedSecretStore(source, options);
    try {
      await store.readAtLast();
    } catch (error) {
      source.close();
      throw error;
    }
    store.schedule();
    return store;
  }

  values(): SecretValues {
    return this.version.values;
  }

  former(): readonly FormerSecrets[] {
    return this.past;
  }

  async refresh(): Promise<void> {
    if (this.closed || (this.reading === undefined && this.now() - this.triedAt < SPARE_MS)) return;
    await this.refreshNow();
  }

  state(): SecretStoreState {
    const { createdAt: madeAt } = this.version;
    return { provider: 'aws', readAt: this.readAt, madeAt, failure: this.failure };
  }

  onEvent(listener: (event: SecretEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    this.listeners.clear();
    this.source.close();
  }

  private async readAtLast(): Promise<void> {
    const { bootTimeoutMs } = this.options;
    const until = performance.now() + bootTimeoutMs;
    let last: SecretStoreError | undefined;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.read(until);
        return;
      } catch (error) {
        if (!(error instanceof SecretStoreError) || error.failure !== 'unreachable') throw error;
        // The very last attempt is cut short: the one before says more.
        if (last === undefined || performance.now() < until) last = error;
        const wait = pause * (0.5 + Math.random() / 2);
        if (performance.now() + wait >= until) throw gaveUp(last, bootTimeoutMs);
        await sleep(wait);
      }
    }
  }

  private refreshNow(): Promise<void> {
    this.reading ??= this.attempt().finally(() => {
      this.reading = undefined;
      this.schedule();
    });
    return this.reading;
  }

  private async attempt(): Promise<void> {
    try {
      await this.read();
    } catch (error) {
      this.failures += 1;
      const failure = oneLine(error);
      const news = failure !== this.failure;
      this.failure = failure;
      if (news) this.tell({ type: 'refresh-failed', failure });
    }
  }

  private schedule(): void {
    if (this.closed) return;
    const { ttlMs } = this.options;
    const due = this.failures === 0 ? ttlMs : Math.min(ttlMs, RETRY_MS * 2 ** (this.failures - 1));
    clearTimeout(this.timer);
    // Processes that started together do not all ask at once.
    this.timer = setTimeout(() => void this.refreshNow(), due * (0.9 + Math.random() / 10)).unref();
  }

  /** @param until as of `performance.now()`: no question is waited for longer */
  private async read(until = Infinity): Promise<void> {
    this.triedAt = this.now();
    const ask = <T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> => {
      const left = Math.max(1, until - performance.now());
      return inTime(question, Math.min(this.options.attemptMs ?? ATTEMPT_MS, left), this.source.name);
    };
    const next = await ask((signal) => this.source.current(signal));
    if (next.id !== this.version.id) await this.take(next, ask);
    if (this.closed) return;
    this.readAt = this.now();
    this.failures = 0;
    const recovered = this.failure !== null;
    this.failure = null;
    if (recovered) this.tell({ type: 'refresh-recovered' });
  }

  /** A version may have come and gone between two looks: the service is asked for the one before, too. */
  private async take(
    next: SecretVersion,
    ask: <T>(question: (signal: AbortSignal) => Promise<T>) => Promise<T>,
  ): Promise<void> {
    const recent = next.createdAt > this.now() - REMEMBER_MS;
    const previous = recent ? await ask((signal) => this.source.previous(signal)) : null;
    if (this.closed) return;
    this.options.accept?.(next.values);
    const last = this.version;
    const replaced: FormerSecrets[] = [];
    if (last.id !== '') replaced.push({ values: last.values, replacedAt: this.now() });
    if (previous && previous.id !== last.id && previous.id !== next.id)
      replaced.unshift({ values: previous.values, replacedAt: last.id === '' ? next.createdAt : this.now() });
    this.past = [...replaced, ...this.past]
      .filter(({ replacedAt }) => replacedAt > this.now() - REMEMBER_MS)
      .slice(0, REMEMBER_VERSIONS);
    const names = differing(last.values, next.values);
    this.version = names.length > 0 ? next : { ...next, values: last.values };
    if (last.id !== '' && names.length > 0) this.tell({ type: 'changed', names });
  }

  private tell(event: SecretEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        process.stderr.write(`A listener for changes of secrets failed: ${(error as Error).name}\n`);
      }
    }
  }
}

/** Also where the question does not heed its signal, as while credentials are looked for. */
async function inTime<T>(
  question: (signal: AbortSignal) => Promise<T>,
  ms: number,
  name: string,
): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new SecretStoreError('unreachable', `No answer about ${name} (time-out)`));
      abort.abort();
    }, ms);
  });
  try {
    return await Promise.race([question(abort.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function gaveUp(last: SecretStoreError, ms: number): SecretStoreError {
  const message =
    `${last.message}, tried for ${Math.round(ms / 1_000)} s: check the way to it ` +
    '(security group, VPC endpoint, proxy), AWS_REGION and AWS_ENDPOINT_URL_SECRETS_MANAGER';
  return new SecretStoreError('unreachable', message, { cause: last });
}

function differing(before: SecretValues, after: SecretValues): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}

const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : 'something that is no error was thrown').replace(
    /\s*\n\s*/g,
    ' ',
  );
