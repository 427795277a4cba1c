import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Session } from '../../session/session';
import type { PersonHere } from '../../live/live-event';
import { LiveEvents } from '../../live/live-events';

/** Who of the others has which ticket open, as far as events have told; without events nobody knows. */
@Injectable()
export class PeopleHere {
  private readonly live = inject(LiveEvents);
  private readonly session = inject(Session);
  private readonly byTicket = signal<ReadonlyMap<string, readonly PersonHere[]>>(new Map());
  private readonly others = computed(() => {
    const me = this.session.user()?.id;
    const entries = [...this.byTicket()].map(([id, people]) => [id, people.filter((one) => one.id !== me)]);
    return new Map(entries as [string, readonly PersonHere[]][]);
  });

  constructor() {
    this.live.events.pipe(takeUntilDestroyed()).subscribe((event) => {
      if (event.type === 'presence') this.set(event.ticketId, event.people);
    });
    effect(() => {
      const state = this.live.state();
      if (state === 'down' || state === 'off') untracked(() => this.byTicket.set(new Map()));
    });
  }

  private set(ticketId: string, people: readonly PersonHere[]): void {
    const now = new Map(this.byTicket());
    if (people.length > 0) now.set(ticketId, people);
    else now.delete(ticketId);
    this.byTicket.set(now);
  }

  /** Without the caller. */
  on(ticketId: string | undefined): readonly PersonHere[] {
    return (ticketId && this.others().get(ticketId)) || [];
  }
}
