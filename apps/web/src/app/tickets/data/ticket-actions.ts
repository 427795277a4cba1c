import { Injectable, inject } from '@angular/core';
import { Subject } from 'rxjs';
import type { Ticket } from '@liftdesk/api-client';
import { type Problem, toProblem } from '../../shared/http/problem';
import { Toaster } from '../../shared/ui/toast/toaster';
import {
  type TicketChange,
  changedFields,
  fieldWord,
  holds,
  inverseOf,
  valueWords,
  wordsOf,
} from './ticket-change';
import { TicketClient } from './ticket-client';
import { TicketList } from './ticket-list';

/** Somebody else was first: nothing was written. */
export interface Conflict {
  /** What this agent saw. */
  before: Ticket;
  /** What is there now. */
  current: Ticket;
  /** What this agent wanted. */
  change: TicketChange;
}

type Outcome =
  | { kind: 'done'; before: Ticket; after: Ticket }
  | { kind: 'failed'; before: Ticket; problem: Problem }
  | { kind: 'conflict'; conflict: Conflict };

/** The changes of one ticket that are on their way, in order. */
interface Track {
  confirmed: Ticket;
  pending: TicketChange[];
  tail: Promise<unknown>;
}

/**
 * Changes to tickets, shown at once and taken back when the server refuses. Each goes out with the version it is
 * based on, so nobody's change is overwritten unseen; status, assignee and priority can be undone for 10 s.
 */
@Injectable()
export class TicketActions {
  private readonly client = inject(TicketClient);
  private readonly list = inject(TicketList);
  private readonly toaster = inject(Toaster);
  private readonly tracks = new Map<string, Track>();
  private lastToast = 0;

  /** Every state to show, before and after the server's word. */
  readonly states = new Subject<Ticket>();

  /** True while a change is on its way: what the server said before is older than what is shown. */
  isPending(id: string): boolean {
    return this.tracks.has(id);
  }

  /**
   * Sets it and says how it went. `onConflict` shows another's change where there is room for it; without one a
   * toast does.
   */
  async set(ticket: Ticket, change: TicketChange, onConflict?: (conflict: Conflict) => void): Promise<void> {
    if (holds(ticket, change)) return;
    const outcome = await this.send(ticket, change);
    switch (outcome.kind) {
      case 'done':
        return this.tell(outcome.before, outcome.after, change);
      case 'failed': {
        const text = `#${ticket.number} not changed. ${outcome.problem.detail || outcome.problem.title}`;
        const run = () => void this.set(outcome.before, change, onConflict);
        this.toaster.fail(text, { label: 'Try again', run });
        return;
      }
      case 'conflict':
        if (onConflict) onConflict(outcome.conflict);
        else this.tellConflict(outcome.conflict);
    }
  }

  private tell(before: Ticket, after: Ticket, change: TicketChange): void {
    if (!change.status && change.assignee === undefined && !change.priority) return;
    const inverse = inverseOf(before, change);
    const undo = inverse ? () => void this.takeBack(after, inverse) : undefined;
    this.toaster.dismiss(this.lastToast);
    this.lastToast = this.toaster.show({ text: wordsOf(after.number, change), undo });
  }

  /** Undo says only when it did not work: the row or page shows that it did. */
  private async takeBack(after: Ticket, inverse: TicketChange): Promise<void> {
    const latest = this.list.find(after.id);
    const outcome = await this.send(latest && latest.version > after.version ? latest : after, inverse);
    if (outcome.kind === 'conflict') this.tellConflict(outcome.conflict);
    if (outcome.kind === 'failed') {
      this.toaster.fail(
        `#${after.number} not taken back. ${outcome.problem.detail || outcome.problem.title}`,
      );
    }
  }

  private tellConflict({ before, current, change }: Conflict): void {
    const news = changedFields(before, current)
      .map((field) => `${fieldWord(field).toLowerCase()} is ${valueWords(field, current)}`)
      .join(', ');
    const run = () => void this.set(current, change);
    this.toaster.fail(`#${current.number} was changed by somebody else: ${news}. Yours was not applied.`, {
      label: 'Apply mine',
      run,
    });
  }

  private send(ticket: Ticket, change: TicketChange): Promise<Outcome> {
    const track = this.tracks.get(ticket.id) ?? { confirmed: ticket, pending: [], tail: Promise.resolve() };
    this.tracks.set(ticket.id, track);
    this.list.hold(ticket.id);
    track.pending.push(change);
    this.show(track);
    const outcome = track.tail.then(() => this.request(track, change));
    track.tail = outcome;
    return outcome;
  }

  private async request(track: Track, change: TicketChange): Promise<Outcome> {
    const before = track.confirmed;
    try {
      track.confirmed = await this.client.change(before.id, change, before.version);
      return { kind: 'done', before, after: track.confirmed };
    } catch (error) {
      const problem = toProblem(error);
      const current = problem.status === 412 ? (problem.body['current'] as Ticket | undefined) : undefined;
      if (!current) return { kind: 'failed', before, problem };
      track.confirmed = current;
      // A new message moves the version too; where no field has changed, nobody's change is overwritten.
      if (changedFields(before, current).length === 0 && current.version > before.version) {
        return await this.request(track, change);
      }
      return { kind: 'conflict', conflict: { before, current, change } };
    } finally {
      track.pending = track.pending.filter((pending) => pending !== change);
      const isDone = track.pending.length === 0;
      if (isDone) this.tracks.delete(before.id);
      this.show(track);
      if (isDone) this.list.letGo(before.id);
    }
  }

  private show({ confirmed, pending }: Track): void {
    const state: Ticket = Object.assign({}, confirmed, ...pending);
    this.list.replace(state);
    this.states.next(state);
  }
}
