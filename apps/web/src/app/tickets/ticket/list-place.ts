import { Injectable, computed, effect, inject, untracked } from '@angular/core';
import { writeFilters } from '../data/ticket-filters';
import { TicketList } from '../data/ticket-list';
import { viewOf } from '../data/views';
import { TicketStore } from './ticket-store';

/** Rows before the end at which the next page is fetched, so that the neighbour is mostly there when it is asked for. */
const AHEAD = 3;

/** Where the ticket stands in the list it was opened from. */
@Injectable()
export class ListPlace {
  private readonly list = inject(TicketList);
  private readonly store = inject(TicketStore);

  private readonly index = computed(() => {
    const id = this.store.ticket()?.id;
    return this.list.rows().findIndex((row) => row.id === id);
  });
  /** Number of the neighbour, null at the end. */
  readonly next = computed(() =>
    this.index() < 0 ? null : (this.list.rows()[this.index() + 1]?.number ?? null),
  );
  /** The list goes on, though its next row is not loaded yet. */
  readonly goesOn = computed(
    () => this.next() !== null || (this.index() === this.list.rows().length - 1 && this.list.hasMore()),
  );
  readonly previous = computed(() => this.list.rows()[this.index() - 1]?.number ?? null);
  /** `1 of 86`; empty for a ticket that is not in the list. */
  readonly words = computed(() => (this.index() < 0 ? '' : `${this.index() + 1} of ${this.list.count()}`));
  /** The list's address and name. */
  readonly params = computed(() => writeFilters(this.list.filters()));
  readonly name = computed(() => {
    const view = viewOf(this.list.filters());
    if (view) return view.name;
    return this.list.filters().q ? 'Search' : 'Tickets';
  });

  constructor() {
    effect(() => {
      const at = this.index();
      if (at >= 0 && at >= this.list.rows().length - AHEAD) untracked(() => void this.list.more());
    });
  }

  /** Number of the next ticket, where need be after loading the page that it is on; null at the end. */
  async following(): Promise<number | null> {
    if (this.next() === null && this.goesOn()) await this.list.more();
    return this.next();
  }
}
