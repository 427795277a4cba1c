import { InterruptedError } from '../common/operator-errors';

const NO_BACKUP = 'Interrupted: this backup does not count, and nothing else was changed';

/** What a backup or a restore is doing, told as it goes on, and how long each part took. */
export class Phases {
  /** Seconds, by phase. */
  readonly seconds: Record<string, number> = {};

  constructor(
    private readonly say: (line: string) => void,
    readonly signal: AbortSignal,
    /** What state things are in once the signal was given. */
    private readonly interrupted = NO_BACKUP,
  ) {}

  /**
   * @param words such as `Copied the database`
   * @throws InterruptedError once the signal was given
   */
  async run<T>(name: string, words: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      this.signal.throwIfAborted();
      const result = await work();
      this.say(`${words}: ${this.tick(name, began)} s`);
      return result;
    } catch (error) {
      if (!this.signal.aborted) throw error;
      throw new InterruptedError(this.interrupted, { cause: error });
    } finally {
      this.tick(name, began);
    }
  }

  private tick(name: string, began: number): number {
    return (this.seconds[name] = Math.round(performance.now() - began) / 1000);
  }

  /** Breaks off where the signal is given. */
  async *interruptible<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const piece of source) {
      this.signal.throwIfAborted();
      yield piece;
    }
  }
}
