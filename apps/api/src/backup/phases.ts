import { InterruptedError } from '../cli/operator';

/** What a backup is doing, told as it goes on, and how long each part took. */
export class Phases {
  /** Seconds, by phase. */
  readonly seconds: Record<string, number> = {};

  constructor(
    private readonly say: (line: string) => void,
    readonly signal: AbortSignal,
  ) {}

  /**
   * @param words such as `Copied the database`
   * @throws InterruptedError once the signal was given
   */
  async run<T>(name: string, words: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      this.signal.throwIfAborted();
      return await work();
    } catch (error) {
      if (!this.signal.aborted) throw error;
      throw new InterruptedError('Interrupted: this backup does not count, and nothing else was changed', {
        cause: error,
      });
    } finally {
      this.seconds[name] = Math.round(performance.now() - began) / 1000;
      if (!this.signal.aborted) this.say(`${words}: ${this.seconds[name]} s`);
    }
  }

  /** Breaks off where the signal is given. */
  async *interruptible<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of source) {
      this.signal.throwIfAborted();
      yield piece;
    }
  }
}
