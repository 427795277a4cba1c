import { Injectable, computed, signal } from '@angular/core';

export interface Toast {
  /** Past tense with the number: `4 tickets set to Pending`. */
  text: string;
  /** `error` stays until closed and is read at once; `done` leaves after 10 s. */
  kind?: 'done' | 'error';
  /** Takes back what was done; also on `Z`. */
  undo?: () => unknown;
  /** Another way on, for example *Try again*. */
  action?: { label: string; run: () => unknown };
}

export interface ShownToast extends Toast {
  id: number;
  kind: 'done' | 'error';
}

/** One toast at a time, the next waits its turn. */
@Injectable({ providedIn: 'root' })
export class Toaster {
  private readonly queue = signal<readonly ShownToast[]>([]);
  private lastId = 0;

  readonly current = computed(() => this.queue()[0] ?? null);

  /** Shows it when its turn comes; the answer is the id for `dismiss`. */
  show(toast: Toast): number {
    const id = ++this.lastId;
    this.queue.update((queue) => [...queue, { kind: 'done', ...toast, id }]);
    return id;
  }

  /** Says what failed, with an optional next step; stays until closed. */
  fail(text: string, action?: Toast['action']): number {
    return this.show({ text, kind: 'error', action });
  }

  dismiss(id: number): void {
    this.queue.update((queue) => queue.filter((toast) => toast.id !== id));
  }

  /** Undoes what the visible toast speaks of, if it can be undone. */
  undo(): void {
    const toast = this.current();
    if (!toast?.undo) return;
    this.dismiss(toast.id);
    toast.undo();
  }
}
