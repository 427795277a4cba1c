import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router } from '@angular/router';
import { Session } from '../../session/session';
import type { Message } from '@liftdesk/api-client';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Icon } from '../../shared/ui/icon/icon';
import { CopyId } from '../../shared/ui/state/copy-id';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { EditRequests } from '../editor/edit-requests';
import { Outbox } from '../editor/outbox';
import type { Outgoing } from '../editor/outgoing';
import { type ReplyDraft, replyDraftKey } from '../editor/reply-draft';
import { EventLines } from './event-lines';
import { MessageCard } from './message-card';
import { TicketStore } from './ticket-store';

const NEAR_END = 80;

/** What was said, oldest first. It stays at the end while one reads there and never moves under one's eyes otherwise. */
@Component({
  selector: 'desk-conversation',
  imports: [CopyId, EventLines, Icon, MessageCard, Skeleton],
  templateUrl: './conversation.html',
  styleUrl: './conversation.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Conversation {
  private readonly drafts = inject(Drafts);
  private readonly edits = inject(EditRequests);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');
  protected readonly store = inject(TicketStore);
  protected readonly outbox = inject(Outbox);

  private readonly atEnd = signal(true);
  private lastTop = 0;
  private seen = 0;
  protected readonly unseen = signal(0);
  private readonly closed = computed(() => this.store.ticket()?.status === 'closed');
  protected readonly waiting = skeletonFor(
    () => !this.store.messagesLoaded() && !this.store.messagesProblem(),
  );
  protected readonly requester = computed(() => this.store.ticket()?.requester ?? null);

  constructor() {
    effect(() => {
      const count = this.store.messages().length;
      untracked(() => {
        if (this.atEnd() || this.seen === 0) this.seen = count;
        this.unseen.set(count - this.seen);
      });
    });
    effect(() => {
      if (this.store.outgoing().some((item) => item.state === 'sending')) untracked(() => this.toEnd());
    });
    const destroyed = inject(DestroyRef);
    afterNextRender(() => {
      if (typeof ResizeObserver === 'undefined') return;
      const observer = new ResizeObserver(() => {
        if (this.atEnd()) this.toEnd();
      });
      observer.observe(this.content().nativeElement);
      observer.observe(this.scroller().nativeElement);
      destroyed.onDestroy(() => observer.disconnect());
    });
  }

  protected follow(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller().nativeElement;
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR_END;
    // What has grown below meanwhile is nobody who scrolls away.
    this.atEnd.update((atEnd) => isNear || (atEnd && scrollTop >= this.lastTop));
    this.lastTop = scrollTop;
    if (this.atEnd()) this.readAll();
  }

  protected toEnd(): void {
    const scroller = this.scroller().nativeElement;
    scroller.scrollTop = scroller.scrollHeight;
    this.lastTop = scroller.scrollTop;
    this.atEnd.set(true);
    this.readAll();
  }

  /** How the first message came in; later ones do not say. */
  protected channelOf(message: Message): string {
    return message.id === this.store.messages()[0]?.id ? (this.store.ticket()?.channel ?? '') : '';
  }

  protected asMessage(item: Outgoing): Message {
    const { id = '', name = '', role = 'agent' } = this.session.user() ?? {};
    return {
      id: item.key,
      ticketId: item.ticketId,
      author: { id, name, role },
      kind: item.kind,
      body: item.body,
      attachments: [...item.attachments],
      delivery: null,
      createdAt: item.createdAt,
    };
  }

  /** A closed ticket has no editor: a reply can go on in a follow-up, a note is for this ticket alone. */
  protected takeBackWords(item: Outgoing): string {
    if (!this.closed()) return 'Edit';
    return item.kind === 'reply' ? 'Use in a follow-up' : '';
  }

  protected takeBack(item: Outgoing): void {
    if (this.closed()) this.followUp(item);
    else this.edits.ask(item);
  }

  /** Back among the words kept for this ticket, which the follow-up takes along. */
  private followUp(item: Outgoing): void {
    const key = replyDraftKey(this.session.user()?.id ?? '', item.ticketId, 'reply');
    const here = this.drafts.read<ReplyDraft>(key);
    this.drafts.write<ReplyDraft>(key, {
      body: here?.body ? `${item.body}\n\n${here.body}` : item.body,
      attachments: [...item.attachments, ...(here?.attachments ?? [])],
      key: item.uncertain ? item.key : null,
    });
    this.outbox.remove(item.key);
    void this.router.navigate(['/tickets/new'], { queryParams: { followUpOf: item.number } });
  }

  private readAll(): void {
    this.seen = this.store.messages().length;
    this.unseen.set(0);
  }
}
