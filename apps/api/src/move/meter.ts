import type { MoveProgress } from './move-options';

/** Tells how far a move has come, how fast it is, and when its phase will be done; and keeps the time of each phase. */
export class Meter {
  /** Seconds by name of the phase. */
  readonly seconds: Record<string, number> = {};
  private rows = 0;
  private current = { words: '', done: 0, total: 0, doneBefore: 0, since: 0 };

  constructor(private readonly onProgress: (progress: MoveProgress) => void) {}

  /** Does the work and adds its time to that of the phase. */
  async time<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.seconds[phase] = (this.seconds[phase] ?? 0) + (performance.now() - began) / 1000;
    }
  }

  /**
   * @param words such as `Moving message`
   * @param done what an earlier run has done of it
   */
  start(words: string, total: number, done = 0): void {
    this.current = { words, total, done, doneBefore: done, since: performance.now() };
    this.tell();
  }

  /** @param areRows false for what is counted and is no row */
  add(count: number, areRows = true): void {
    this.current.done += count;
    if (areRows) this.rows += count;
    this.tell();
  }

  private tell(): void {
    const { words: phase, done, total, doneBefore, since } = this.current;
    const rate = ((done - doneBefore) * 1000) / Math.max(performance.now() - since, 1);
    const left = rate > 0 ? `, ${number(rate)}/s, ${duration((total - done) / rate)} left` : '';
    this.onProgress({
      phase,
      done,
      total,
      rows: this.rows,
      words: `${number(done)} of ${number(total)}${left}`,
    });
  }
}

const number = (value: number): string => Math.round(value).toLocaleString('en');

/** As people say it: `3 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
