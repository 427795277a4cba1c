import { Injectable, effect, inject, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { Session } from '../../session/session';
import type { PersonHere } from '../../live/live-event';
import { LiveEvents } from '../../live/live-events';

type Tickets = ReadonlyMap<string, readonly PersonHere[]>;

const NOBODY: readonly PersonHere[] = [];

/** Who of the others has which ticket open, as far as events have told; without events nobody knows. */
@Injectable()
export class PeopleHere {
  private readonly live = inject(LiveEvents);
  private readonly session = inject(Session);
  /** Without the caller. */
  private readonly byTicket = signal<Tickets>(new Map());

  constructor() {
    this.live.events.pipe(takeUntilDestroyed()).subscribe((event) => {
      if (event.type === 'presence') this.set(event.ticketId, event.people);
    });
    // Who left while no stream was open is not told of any more: each stream begins with all who are there.
    this.live.opened.pipe(takeUntilDestroyed()).subscribe(() => this.forget());
    effect(() => {
      const state = this.live.state();
      if (state === 'down' || state === 'off') untracked(() => this.forget());
    });
  }

  /** Without the caller; the same list as before where nothing about this ticket has changed. */
  on(ticketId: string | undefined): readonly PersonHere[] {
    return (ticketId && this.byTicket().get(ticketId)) || NOBODY;
  }

  private set(ticketId: string, people: readonly PersonHere[]): void {
    const me = this.session.user()?.id;
    const others = people.filter((person) => person.id !== me);
    const now = new Map(this.byTicket());
    if (others.length > 0) now.set(ticketId, others);
    else now.delete(ticketId);
    this.byTicket.set(now);
  }

  private forget(): void {
    if (this.byTicket().size > 0) this.byTicket.set(new Map());
  }
}
