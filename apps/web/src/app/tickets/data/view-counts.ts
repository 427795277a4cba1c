import { Injectable, inject, signal } from '@angular/core';
import type { TicketCounts } from '@liftdesk/api-client';
import { keepFresh } from '../../live/keep-fresh';
import { TicketClient } from './ticket-client';
import type { View } from './views';

const EVERY_MS = 20_000;

/** How many tickets the views hold, kept fresh while somebody looks. */
@Injectable()
export class ViewCounts {
  private readonly client = inject(TicketClient);
  private readonly counts = signal<TicketCounts | null>(null);

  constructor() {
    void this.refresh();
    keepFresh({
      everyMs: EVERY_MS,
      concerns: ({ type }) => type === 'ticket.opened' || type === 'ticket.changed',
      look: () => this.refresh(),
    });
  }

  /** `86`, `1000+`; empty while it is not known. */
  of(view: View): string {
    const counts = this.counts();
    if (!counts || !view.count) return '';
    const count = counts[view.count];
    return count >= counts.cap ? `${counts.cap}+` : String(count);
  }

  /** A failure keeps the last numbers: the list itself says that the server cannot be reached. */
  async refresh(): Promise<void> {
    const counts = await this.client.counts().catch(() => null);
    if (counts) this.counts.set(counts);
  }
}
