import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { DestroyRef, Injectable, inject, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { FETCH, LiveEvents } from '../../live/live-events';
import type { PersonHere } from '../../live/live-event';
import { Session } from '../../session/session';
import { ApiAddress } from '../../shared/http/api-address';

type State = PersonHere['state'];

const BEAT_MS = 20_000;
/** What was said a moment ago may not have come round yet. */
const CORRECTED_EVERY_MS = 1_000;
/** How often *typing* is said while somebody types. */
const TYPING_EVERY_MS = 5_000;
/** After that long without a key nobody is typing. */
const REST_MS = 6_000;

/** Tells the others that this agent has a ticket open, and when it types. Provide it with the page of the ticket. */
@Injectable()
export class Presence {
  private readonly api = inject(ApiAddress);
  private readonly fetch = inject(FETCH);
  private readonly http = inject(HttpClient);
  private readonly live = inject(LiveEvents);
  private readonly session = inject(Session);
  private ticketId: string | null = null;
  private state: State = 'viewing';
  private saidAt = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;
  /** The server knows no such thing, or not for this ticket. */
  private unwanted = false;

  constructor() {
    const beat = setInterval(() => this.say(), BEAT_MS);
    const look = () => this.say();
    const leave = () => this.leave();
    this.live.events.pipe(takeUntilDestroyed()).subscribe((event) => {
      if (event.type === 'presence' && event.ticketId === this.ticketId) this.correct(event.people);
    });
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pagehide', leave);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(beat);
      clearTimeout(this.resting);
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('pagehide', leave);
      this.leave();
      this.ticketId = null;
    });
  }

  /** The ticket is on the screen. */
  begin(ticketId: string): void {
    if (this.ticketId === ticketId) return;
    this.ticketId = ticketId;
    this.say();
  }

  /** A key was pressed in a reply or note. */
  type(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.rest(), REST_MS);
    if (this.state === 'typing' && Date.now() - this.saidAt < TYPING_EVERY_MS) return;
    this.state = 'typing';
    this.say();
  }

  /** Nothing more is being written. */
  rest(): void {
    clearTimeout(this.resting);
    if (this.state === 'viewing') return;
    this.state = 'viewing';
    this.say();
  }

  /** Another tab of ours has left the ticket, or a server has begun anew: this one is still here. */
  private correct(people: readonly PersonHere[]): void {
    const me = this.session.user()?.id;
    if (!people.some(({ id }) => id === me) && Date.now() - this.saidAt > CORRECTED_EVERY_MS) this.say();
  }

  private say(): void {
    if (!this.ticketId || this.unwanted || document.visibilityState === 'hidden') return;
    // What an ended session asks waits until its user is back, and would then come all at once.
    if (untracked(this.session.state) !== 'signed-in') return;
    this.saidAt = Date.now();
    this.http.post(path(this.ticketId), { state: this.state }).subscribe({
      // Being seen is an extra: the next beat says it again.
      error: (error: unknown) => {
        if (error instanceof HttpErrorResponse && (error.status === 404 || error.status === 403))
          this.unwanted = true;
      },
    });
  }

  /** Also from a page that goes away, which would take any other request with it. */
  private leave(): void {
    const token = this.session.accessToken();
    if (!this.ticketId || this.unwanted || !token || !this.fetch) return;
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    const body = JSON.stringify({ state: 'left' });
    this.fetch(this.api.of(path(this.ticketId)), { method: 'POST', keepalive: true, headers, body }).catch(
      // Who does not beat any more has left all the same, a little later.
      () => undefined,
    );
  }
}

function path(ticketId: string): string {
  return `/api/tickets/${ticketId}/presence`;
}
