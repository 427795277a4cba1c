import { DestroyRef, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import type { Message, Ticket, TicketEvent } from '@liftdesk/api-client';
import { type Problem, toProblem } from '../../shared/http/problem';
import { keepFresh } from '../../live/keep-fresh';
import type { LiveEvent } from '../../live/live-event';
import { type Conflict, TicketActions } from '../data/ticket-actions';
import type { TicketChange } from '../data/ticket-change';
import { TicketClient } from '../data/ticket-client';
import { TicketList } from '../data/ticket-list';
import { Outbox } from '../editor/outbox';
import { timelineOf } from './timeline';

const EVERY_MS = 20_000;
/** Messages in one page of the conversation. */
const PAGE = 100;

interface Pages<T> {
  items: readonly T[];
  /** Of the last page, to fetch it again when something may have been added. */
  lastCursor: string | null;
}

/** One ticket on the screen: its state, conversation and log, kept fresh. */
@Injectable()
export class TicketStore {
  private readonly client = inject(TicketClient);
  private readonly actions = inject(TicketActions);
  private readonly list = inject(TicketList);
  private readonly outbox = inject(Outbox);
  private gone = false;
  /** Others have done something while it could not be looked at. */
  private missed = false;

  private readonly current = signal<Ticket | null>(null);
  private readonly failure = signal<Problem | null>(null);
  private readonly conversation = signal<Pages<Message> | null>(null);
  private readonly conversationFailure = signal<Problem | null>(null);
  private readonly log = signal<Pages<TicketEvent> | null>(null);
  private readonly logFailure = signal<Problem | null>(null);
  private readonly oldAge = signal<Problem | null>(null);
  private readonly answered = signal(new Date().toISOString());
  private readonly collision = signal<Conflict | null>(null);

  readonly ticket = this.current.asReadonly();
  /** Why the ticket cannot be shown, or why it could not be looked at again. */
  readonly problem = this.failure.asReadonly();
  readonly messages = computed(() => this.conversation()?.items ?? []);
  readonly messagesLoaded = computed(() => this.conversation() !== null);
  readonly messagesProblem = this.conversationFailure.asReadonly();
  readonly eventsLoaded = computed(() => this.log() !== null);
  readonly eventsProblem = this.logFailure.asReadonly();
  readonly events = computed(() => this.log()?.items ?? []);
  readonly timeline = computed(() => timelineOf(this.messages(), this.events()));
  /** Messages of this ticket that are on their way or were not sent. */
  readonly outgoing = computed(() => {
    const ticket = this.current();
    return ticket ? this.outbox.items().filter((item) => item.ticketId === ticket.id) : [];
  });
  /** Why what is shown may be old, null while it is not. */
  readonly staleness = this.oldAge.asReadonly();
  /** ISO 8601: when the server last answered. */
  readonly answeredAt = this.answered.asReadonly();
  /** Another agent's change that met one of ours. */
  readonly conflict = this.collision.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.gone = true;
      this.outbox.watch(null);
    });
    keepFresh({
      everyMs: EVERY_MS,
      concerns: (event) =>
        event.type !== 'presence' && event.type !== 'resync' && event.ticketId === this.current()?.id,
      look: (events) => this.look(events),
      failed: () => Boolean(this.oldAge() ?? this.messagesProblem() ?? this.eventsProblem()),
    });
    this.actions.states.pipe(takeUntilDestroyed()).subscribe((state) => {
      if (state.id !== this.current()?.id) return;
      this.current.set(state);
      if (this.missed && !this.actions.isPending(state.id)) void this.poll();
    });
    effect(() => {
      const isSending = this.outgoing().some((item) => item.state === 'sending');
      if (!isSending && this.missed) untracked(() => void this.poll());
    });
    this.outbox.sent.pipe(takeUntilDestroyed()).subscribe((message) => {
      if (message.ticketId !== this.current()?.id) return;
      this.addMessages([message]);
      void this.poll();
    });
  }

  /** Loads the ticket with everything around it. @param ref number or id */
  async open(ref: string): Promise<void> {
    this.failure.set(null);
    const known = this.list.rows().find((row) => String(row.number) === ref || row.id === ref);
    if (known) this.begin(known);
    try {
      const ticket = await this.client.get(ref);
      if (this.gone) return;
      if (known) this.take(ticket);
      else this.begin(ticket);
    } catch (error) {
      this.failure.set(toProblem(error));
      // What the list knows is on the page already; the conversation comes, or says itself why not.
      if (!known || this.gone) return;
    }
    await Promise.all([this.loadMessages(), this.loadEvents()]);
    const id = this.current()?.id;
    if (id && !this.gone) await this.markRead(id);
    if (this.missed && !this.gone) await this.poll();
  }

  /** Shows the change at once; another's change that came first becomes `conflict`. */
  set(change: TicketChange): Promise<void> {
    const ticket = this.current();
    if (!ticket) return Promise.resolve();
    this.collision.set(null);
    const onConflict = (conflict: Conflict) => {
      this.collision.set(conflict);
      void this.loadEvents();
    };
    return this.actions.set(ticket, change, onConflict).then(() => this.loadEvents());
  }

  /** Sets what another's change had kept from being set. */
  applyMine(): Promise<void> {
    const conflict = this.collision();
    return conflict ? this.set(conflict.change) : Promise.resolve();
  }

  dismissConflict(): void {
    this.collision.set(null);
  }

  async loadMessages(): Promise<void> {
    const id = this.current()?.id;
    if (!id) return;
    this.conversationFailure.set(null);
    try {
      let cursor = this.conversation()?.lastCursor ?? null;
      let next: string | null = cursor;
      do {
        cursor = next;
        const page = await this.client.messages(id, cursor);
        if (this.gone) return;
        this.addMessages(page.items, cursor);
        next = page.nextCursor;
      } while (next);
      this.outbox.reconcile(id, this.messages());
    } catch (error) {
      this.conversationFailure.set(toProblem(error));
    }
  }

  /**
   * Looks for news of others. What fails is tried at the next turn.
   * @param more a message is known to be there that is not shown, whatever the version says
   */
  async poll(more = false): Promise<void> {
    const before = this.current();
    // What becomes of mail moves no version.
    const isMailUnderway = this.messages().some((message) => message.delivery?.status === 'queued');
    const mustLoad = more || this.missed || isMailUnderway;
    this.missed = !before || this.isOccupied(before.id);
    if (!before || this.missed) return;
    const now = await this.lookAt(before.id);
    if (!now || this.gone) return;
    this.missed = this.isOccupied(before.id);
    if (this.missed) return;
    const moved = this.take(now) && now.version !== before.version;
    this.list.refresh(now);
    if (mustLoad || moved || !this.messagesLoaded() || this.messagesProblem() || this.eventsProblem())
      await Promise.all([this.loadMessages(), this.loadEvents()]);
    if (now.unread) await this.markRead(now.id);
  }

  /** Null, and `staleness` says why, where it could not be looked at. */
  private async lookAt(id: string): Promise<Ticket | null> {
    try {
      const ticket = await this.client.get(id);
      this.oldAge.set(null);
      this.answered.set(new Date().toISOString());
      return ticket;
    } catch (error) {
      this.oldAge.set(toProblem(error));
      return null;
    }
  }

  /** After events: the ticket, and the mail of messages that are shown. */
  private async look(events: readonly LiveEvent[]): Promise<void> {
    const isMail = (event: LiveEvent) => event.type === 'message.mail';
    const news = events.filter((event) => !isMail(event) && !this.isKnown(event));
    if (events.length === 0 || news.length > 0)
      await this.poll(news.some(({ type }) => type === 'message.added'));
    if (events.some(isMail)) await this.loadMail();
  }

  /** What became of the mail of messages, on whichever page of the conversation they are. */
  async loadMail(): Promise<void> {
    if (this.messages().length > PAGE)
      this.conversation.update((pages) => pages && { ...pages, lastCursor: null });
    await this.loadMessages();
  }

  /** What we did ourselves comes back as an event. */
  private isKnown(event: LiveEvent): boolean {
    if (event.type === 'ticket.changed') return event.version <= (this.current()?.version ?? 0);
    return (
      event.type === 'message.added' && this.messages().some((message) => message.id === event.messageId)
    );
  }

  /** A change or message of ours is on its way: what the server says meanwhile would show it twice, or not at all. */
  private isOccupied(id: string): boolean {
    return this.actions.isPending(id) || this.outgoing().some((item) => item.state === 'sending');
  }

  /** Takes the server's word, unless it was said before what is shown; false then. */
  private take(ticket: Ticket): boolean {
    const shown = this.current();
    if (shown && (ticket.version < shown.version || this.actions.isPending(ticket.id))) return false;
    this.current.set(ticket);
    return true;
  }

  private begin(ticket: Ticket): void {
    this.current.set(ticket);
    this.outbox.watch(ticket.id);
    this.list.cursorId.set(ticket.id);
  }

  /** The log is an extra: without it the page still works. */
  async loadEvents(): Promise<void> {
    const id = this.current()?.id;
    if (!id) return;
    try {
      let next: string | null = this.log()?.lastCursor ?? null;
      do {
        const cursor: string | null = next;
        const page = await this.client.events(id, cursor);
        if (this.gone) return;
        this.log.update((log) => ({ items: merge(log?.items ?? [], page.items), lastCursor: cursor }));
        next = page.nextCursor;
      } while (next);
      this.logFailure.set(null);
    } catch (error) {
      this.logFailure.set(toProblem(error));
    }
  }

  private addMessages(items: readonly Message[], cursor?: string | null): void {
    this.conversation.update((pages) => ({
      items: merge(pages?.items ?? [], items),
      lastCursor: cursor === undefined ? (pages?.lastCursor ?? null) : cursor,
    }));
  }

  private async markRead(id: string): Promise<void> {
    const last = this.messages().at(-1);
    // What could not be loaded was not seen.
    if (!last || this.messagesProblem() || document.visibilityState !== 'visible') return;
    await this.client.markRead(id, last.id).catch(() => undefined);
    const read = (ticket: Ticket) => ({ ...ticket, unread: false });
    const row = this.list.find(id);
    if (row) this.list.replace(read(row));
    this.current.update((ticket) => (ticket?.id === id ? read(ticket) : ticket));
  }
}

/** Both, each once, in the order they happened. */
function merge<T extends { id: string; createdAt: string }>(known: readonly T[], added: readonly T[]): T[] {
  const all = new Map([...known, ...added].map((item) => [item.id, item]));
  return [...all.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
}
