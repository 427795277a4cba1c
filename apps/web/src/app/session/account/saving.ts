import { computed, signal } from '@angular/core';
import { type Problem, toProblem } from '../../shared/http/problem';

/**
 * One setting that saves itself: shows what was chosen at once, and what became of it. Of several choices in a row the
 * last one counts.
 */
export class Saving<T> {
  private readonly wanted = signal<{ value: T } | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly done = signal(false);
  private busy = false;

  readonly problem = this.failure.asReadonly();
  readonly saved = computed(() => this.done() && !this.wanted() && !this.failure());
  readonly underway = computed(() => this.wanted() !== null && !this.failure());

  constructor(private readonly save: (value: T) => Promise<unknown>) {}

  /** What was chosen and is not saved yet, else what is there. */
  shown(there: T): T {
    return this.wanted()?.value ?? there;
  }

  async set(value: T): Promise<void> {
    this.wanted.set({ value });
    await this.run();
  }

  /** Tries again what was not saved. */
  async run(): Promise<void> {
    this.failure.set(null);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next = this.wanted(); next; next = this.wanted()) {
        await this.save(next.value);
        if (this.wanted() === next) this.wanted.set(null);
      }
      this.done.set(true);
    } catch (error) {
      this.failure.set(toProblem(error));
    } finally {
      this.busy = false;
    }
  }
}
