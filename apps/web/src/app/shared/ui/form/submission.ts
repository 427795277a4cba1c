import { afterNextRender, computed, ElementRef, inject, Injector, signal } from '@angular/core';
import { type Problem, faultOf, toProblem } from '../../http/problem';

/**
 * The life of one form: idle, busy, refused. Make it in a component's field initialiser:
 * `readonly submission = new Submission()`. After a refusal the first field at fault takes the focus.
 */
export class Submission {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  private readonly underway = signal(false);
  private readonly refusal = signal<Problem | null>(null);
  private readonly faults = signal<Readonly<Record<string, string>>>({});

  readonly busy = this.underway.asReadonly();
  /** What the last try came to; null while it runs and after a success. */
  readonly problem = this.refusal.asReadonly();
  /** The problem when no single field shows it. */
  readonly general = computed(() => (this.refusal()?.errors.length ? null : this.refusal()));

  /** What is wrong with a field: what this page found, else what the API said. */
  fault(field: string): string | null {
    return this.faults()[field] ?? faultOf(this.refusal(), field);
  }

  /**
   * Runs the work unless a field is at fault or it runs already; true when it succeeded.
   * `faults`: field name to words, empty words for a good field.
   */
  async run(faults: Readonly<Record<string, string>>, work: () => Promise<unknown>): Promise<boolean> {
    if (this.underway()) return false;
    const found = Object.fromEntries(Object.entries(faults).filter(([, words]) => words));
    this.faults.set(found);
    this.refusal.set(null);
    if (Object.keys(found).length > 0) {
      this.focusFault();
      return false;
    }
    this.underway.set(true);
    try {
      await work();
      return true;
    } catch (error) {
      this.refusal.set(toProblem(error));
      this.focusFault();
      return false;
    } finally {
      this.underway.set(false);
    }
  }

  private focusFault(): void {
    const find = () => this.host.nativeElement.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
    afterNextRender(find, { injector: this.injector });
  }
}
