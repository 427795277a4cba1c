import { DestroyRef, Injectable, inject, signal } from '@angular/core';
import type { KeptMailEntry } from '@liftdesk/api-client';
import { type Problem, toProblem } from '../shared/http/problem';
import { OutboxClient } from './outbox-client';

const EVERY_MS = 4_000;

/** The mails in the outbox, newest first; new ones join at the top while somebody looks, signed in or not. */
@Injectable()
export class OutboxList {
  private readonly client = inject(OutboxClient);
  private readonly entries = signal<readonly KeptMailEntry[] | null>(null);
  private readonly cursor = signal<string | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly underway = signal(false);
  private readonly answered = signal('');

  /** Null until they are there. */
  readonly items = this.entries.asReadonly();
  /** Why there is nothing to show, or why what is shown is old. */
  readonly problem = this.failure.asReadonly();
  readonly loading = this.underway.asReadonly();
  /** Of the page after those that are shown. */
  readonly next = this.cursor.asReadonly();
  /** ISO 8601: when the server last answered. */
  readonly at = this.answered.asReadonly();

  constructor() {
    void this.look();
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') void this.look();
    }, EVERY_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** Reads the newest; those that are shown already stay. */
  async look(): Promise<void> {
    if (this.underway()) return;
    await this.read(null);
  }

  async more(): Promise<void> {
    const cursor = this.cursor();
    if (cursor && !this.underway()) await this.read(cursor);
  }

  private async read(cursor: string | null): Promise<void> {
    this.underway.set(true);
    try {
      const page = await this.client.list(cursor);
      const shown = this.entries() ?? [];
      const isFirst = this.entries() === null;
      const fresh = new Set(page.items.map((entry) => entry.id));
      const others = shown.filter((entry) => !fresh.has(entry.id));
      if (cursor || isFirst) this.cursor.set(page.nextCursor);
      this.entries.set(cursor ? [...others, ...page.items] : [...page.items, ...others]);
      this.failure.set(null);
      this.answered.set(new Date().toISOString());
    } catch (error) {
      this.failure.set(toProblem(error));
    } finally {
      this.underway.set(false);
    }
  }
}
