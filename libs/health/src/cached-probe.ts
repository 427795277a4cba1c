/** Milliseconds are those of the probe, whole. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly ms: number }
  | { readonly ok: false; readonly error: unknown; readonly ms: number };

export interface ProbeOptions {
  readonly timeoutMs: number;
  readonly cacheMs: number;
}

/** A question without an answer is not asked again for so long, or a hung database would lose all its connections. */
const PATIENCE_MS = 30_000;

/**
 * Asks something that may be slow, throw or hang: once at a time for all who want to know, for no longer than its
 * time-out, and gives the outcome again while it is fresh. Never rejects.
 */
export class CachedProbe<T> {
  private running: Promise<Outcome<T>> | undefined;
  private last: Outcome<T> | undefined;
  private freshUntil = 0;
  private unanswered: { readonly since: number; readonly question: symbol } | undefined;

  constructor(
    private readonly ask: () => Promise<T> | T,
    private readonly options: ProbeOptions,
  ) {}

  read(): Promise<Outcome<T>> {
    if (this.last !== undefined && performance.now() < this.freshUntil) return Promise.resolve(this.last);
    this.running ??= this.askInTime().then((outcome) => {
      this.last = outcome;
      this.freshUntil = performance.now() + this.options.cacheMs;
      this.running = undefined;
      return outcome;
    });
    return this.running;
  }

  private async askInTime(): Promise<Outcome<T>> {
    const startedAt = performance.now();
    const ms = () => Math.round(performance.now() - startedAt);
    const { unanswered } = this;
    if (unanswered !== undefined && startedAt - unanswered.since < PATIENCE_MS) {
      return { ok: false, error: new Error('still no answer'), ms: 0 };
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const { timeoutMs } = this.options;
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return { ok: true, value: await Promise.race([this.askOnce(startedAt), late]), ms: ms() };
    } catch (error) {
      return { ok: false, error, ms: ms() };
    } finally {
      clearTimeout(timer);
    }
  }

  private async askOnce(since: number): Promise<T> {
    const question = Symbol('question');
    this.unanswered = { since, question };
    try {
      return await this.ask();
    } finally {
      if (this.unanswered?.question === question) this.unanswered = undefined;
    }
  }
}
