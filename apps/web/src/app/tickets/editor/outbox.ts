import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Injectable, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { Subject } from 'rxjs';
import { Session } from '../../session/session';
import type { Message } from '@liftdesk/api-client';
import { toProblem } from '../../shared/http/problem';
import { randomId } from '../../shared/http/random-id';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Toaster } from '../../shared/ui/toast/toaster';
import { TicketClient } from '../data/ticket-client';
import type { Outgoing } from './outgoing';

export type NewMessage = Pick<
  Outgoing,
  'ticketId' | 'number' | 'kind' | 'body' | 'attachments' | 'status'
> & {
  /** The key of an earlier try whose fate nobody knows. */
  key?: string | null;
};

const INTERRUPTED = 'The page was closed before the server answered. Sending again cannot send it twice.';
const MISMATCH = 'An earlier version of it did arrive. Check the conversation before you send this one.';

/**
 * Messages on their way. It outlives the page of the ticket, and what is not sent is kept on this device, so that
 * no reload, error or move to the next ticket loses a word or sends one twice.
 */
@Injectable()
export class Outbox {
  private readonly client = inject(TicketClient);
  private readonly drafts = inject(Drafts);
  private readonly session = inject(Session);
  private readonly toaster = inject(Toaster);
  private readonly announcer = inject(LiveAnnouncer);
  private readonly router = inject(Router);
  private readonly all = signal<readonly Outgoing[]>([]);
  private readonly restored = new Set<string>();
  /** The ticket on the screen: its failures show in the conversation, others as a toast. */
  private readonly onScreen = signal<string | null>(null);

  readonly items = this.all.asReadonly();
  /** Messages the server has taken, as they arrive. */
  readonly sent = new Subject<Message>();

  /** Names the ticket on the screen, null for none, and brings back what was not sent from it. */
  watch(ticketId: string | null): void {
    this.onScreen.set(ticketId);
    if (!ticketId || this.restored.has(ticketId)) return;
    this.restored.add(ticketId);
    const kept = this.drafts.read<Outgoing[]>(this.storageKey(ticketId)) ?? [];
    const items = kept.map((item): Outgoing => {
      if (item.state === 'failed') return item;
      return { ...item, state: 'failed', uncertain: true, cause: INTERRUPTED };
    });
    this.all.update((all) => [...all, ...items]);
  }

  of(ticketId: string): readonly Outgoing[] {
    return this.all().filter((item) => item.ticketId === ticketId);
  }

  /** Resolves when the server has answered; what it refused stays in `items` with the cause. */
  send({ key, ...message }: NewMessage): Promise<void> {
    const item: Outgoing = {
      ...message,
      key: key ?? randomId(),
      createdAt: new Date().toISOString(),
      state: 'sending',
      cause: '',
      requestId: null,
      uncertain: Boolean(key),
    };
    this.put([...this.all().filter((other) => other.key !== item.key), item], item.ticketId);
    return this.deliver(item);
  }

  /** Tries a message again, with the same key: if it had arrived, it is not sent a second time. */
  retry(key: string): Promise<void> {
    const item = this.all().find((one) => one.key === key);
    if (!item || item.state === 'sending') return Promise.resolve();
    const again: Outgoing = { ...item, state: 'sending', cause: '', requestId: null };
    this.change(again);
    return this.deliver(again);
  }

  /** Takes a message out, for example to edit it. */
  remove(key: string): void {
    const item = this.all().find((one) => one.key === key);
    if (item)
      this.put(
        this.all().filter((one) => one !== item),
        item.ticketId,
      );
  }

  /** Drops those whose fate was uncertain and that turn out to be in the conversation. */
  reconcile(ticketId: string, messages: readonly Message[]): void {
    const me = this.session.user()?.id;
    for (const item of this.of(ticketId)) {
      const arrived =
        item.state === 'failed' &&
        item.uncertain &&
        messages.some(
          (message) =>
            message.author.id === me &&
            message.kind === item.kind &&
            message.body === item.body &&
            Date.parse(message.createdAt) >= Date.parse(item.createdAt) - 60_000,
        );
      if (arrived) this.remove(item.key);
    }
  }

  private async deliver(item: Outgoing): Promise<void> {
    const { key, ticketId, kind, body, status, attachments } = item;
    const attachmentIds = attachments.map((attachment) => attachment.id);
    try {
      const message = await this.client.write(
        ticketId,
        { body, kind, attachmentIds, ...(status && { status }) },
        key,
      );
      this.remove(key);
      this.sent.next(message);
      void this.announcer.announce(kind === 'note' ? 'Note added' : 'Reply sent');
    } catch (error) {
      const problem = toProblem(error);
      const mismatch = problem.code === 'idempotency-mismatch';
      const refused = problem.status >= 400 && problem.status < 500 && !mismatch;
      const cause = mismatch ? MISMATCH : `${problem.title}. ${problem.detail}`;
      this.change(
        {
          ...item,
          key: mismatch ? randomId() : key,
          state: 'failed',
          cause,
          requestId: problem.requestId,
          // In maintenance nothing arrives; what came of an earlier try is as unknown as it was.
          uncertain: problem.code === 'maintenance' ? item.uncertain : !refused && !mismatch,
        },
        key,
      );
      this.tellFailure(item);
    }
  }

  private tellFailure({ kind, number, ticketId }: Outgoing): void {
    const what = kind === 'note' ? 'Note' : 'Reply';
    if (this.onScreen() === ticketId) {
      void this.announcer.announce(`${what} not sent`, 'assertive');
      return;
    }
    const run = () => void this.router.navigate(['/tickets', number]);
    this.toaster.fail(`${what} to #${number} not sent. Your text is kept.`, { label: 'Open it', run });
  }

  private change(item: Outgoing, key = item.key): void {
    this.put(
      this.all().map((other) => (other.key === key ? item : other)),
      item.ticketId,
    );
  }

  private put(items: readonly Outgoing[], ticketId: string): void {
    this.all.set(items);
    const kept = items.filter((item) => item.ticketId === ticketId);
    if (kept.length > 0) this.drafts.write(this.storageKey(ticketId), kept);
    else this.drafts.remove(this.storageKey(ticketId));
  }

  private storageKey(ticketId: string): string {
    return `outbox.${this.session.user()?.id ?? ''}.${ticketId}`;
  }
}
