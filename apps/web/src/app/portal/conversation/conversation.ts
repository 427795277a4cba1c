import { LiveAnnouncer } from '@angular/cdk/a11y';
import { HttpClient } from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  resource,
  untracked,
} from '@angular/core';
import { Title } from '@angular/platform-browser';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import { Session } from '../../session/session';
import type { Attachment, Message, Ticket } from '@liftdesk/api-client';
import { deskName } from '../../shared/config/client-config';
import { lastValue } from '../../shared/http/last-value';
import { toProblem } from '../../shared/http/problem';
import { Time } from '../../shared/time/time';
import { keepFresh } from '../../live/keep-fresh';
import { reloadAfter } from '../../shared/http/reload-after';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Icon } from '../../shared/ui/icon/icon';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { StaleStrip } from '../../shared/ui/state/stale-strip';
import { State } from '../../shared/ui/state/state';
import { Toaster } from '../../shared/ui/toast/toaster';
import { PortalClient } from '../data/portal-client';
import { type NewTicketDraft, newTicketDraftKey } from '../new-ticket/new-ticket-draft';
import { randomId } from '../../shared/http/random-id';
import { type AnswerDraft, answerDraftKey } from './answer-draft';
import { AnswerForm } from './answer-form';
import { Bubble } from './bubble';

interface Loaded {
  ticket: Ticket;
  messages: Message[];
  /** ISO 8601, when they were read. */
  at: string;
}

/** A ticket as its customer sees it: what was said, and the next thing to do. */
@Component({
  selector: 'desk-conversation',
  imports: [AnswerForm, Bubble, Icon, RouterLink, Skeleton, StaleStrip, State, StatusMark, Time],
  templateUrl: './conversation.html',
  styleUrl: './conversation.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Conversation {
  private readonly announcer = inject(LiveAnnouncer);
  private readonly client = inject(PortalClient);
  private readonly drafts = inject(Drafts);
  private readonly http = inject(HttpClient);
  private readonly injector = inject(Injector);
  private readonly route = inject(ActivatedRoute);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly title = inject(Title);
  private readonly desk = deskName();
  private readonly toaster = inject(Toaster);
  private seen = 0;

  /** Number or id, from the address. */
  readonly id = input.required<string>();

  protected readonly latest = resource({
    params: () => this.id(),
    loader: ({ params }) => this.load(params),
  });
  protected readonly reload = reloadAfter(this.latest);
  protected readonly loaded = lastValue<Loaded>(this.latest, this.id);
  protected readonly problem = computed(() => {
    const error = this.latest.error();
    return error ? toProblem(error.cause ?? error) : null;
  });
  protected readonly waiting = skeletonFor(() => !this.loaded() && !this.problem());
  protected readonly isMissing = computed(() => this.problem()?.status === 404);

  /** The ticket was closed, here or by another, while an answer to it was being written. */
  protected readonly answerKept = computed(() => {
    const ticket = this.loaded()?.ticket;
    if (ticket?.status !== 'closed') return false;
    return this.drafts.read<AnswerDraft>(answerDraftKey(this.session.user()?.id ?? '', ticket.id)) !== null;
  });

  constructor() {
    effect(() => {
      if (this.answerKept())
        void this.announcer.announce('This ticket is closed. Your answer is kept for a follow-up', 'polite');
    });
    effect(() => {
      const now = this.loaded();
      if (now && !this.waiting()) this.onLoaded(now);
    });
    keepFresh({
      everyMs: 30_000,
      concerns: (event) => 'ticketId' in event && event.ticketId === this.loaded()?.ticket.id,
      look: () => this.reload(),
      failed: () => this.problem() !== null,
    });
  }

  protected async setStatus(ticket: Ticket, status: 'closed' | 'open'): Promise<void> {
    try {
      const changed = await this.client.setStatus(ticket.id, status);
      this.change(() => ({ ticket: changed }));
    } catch (error) {
      const retry = { label: 'Try again', run: () => this.setStatus(ticket, status) };
      this.toaster.fail(`Nothing changed. ${toProblem(error).title}`, retry);
      return;
    }
    if (status === 'open') this.toaster.show({ text: `Ticket ${ticket.number} is open again` });
    else
      this.toaster.show({
        text: `Ticket ${ticket.number} closed`,
        undo: () => this.setStatus(ticket, 'open'),
      });
  }

  protected onSent(message: Message): void {
    this.change(({ messages }) =>
      messages.some((one) => one.id === message.id) ? {} : { messages: [...messages, message] },
    );
    void this.announcer.announce('Your answer is sent', 'polite');
    this.reload();
  }

  /** The closed ticket takes no words any more: they move to a follow-up, and nothing is lost. */
  protected onRefusedAsClosed({ body, attachments }: { body: string; attachments: Attachment[] }): void {
    const ticket = this.loaded()?.ticket;
    if (!ticket) return;
    const key = newTicketDraftKey(this.session.user()?.id ?? '', String(ticket.number));
    const begun = this.drafts.read<NewTicketDraft>(key);
    this.drafts.write<NewTicketDraft>(key, {
      ...begun,
      subject: begun?.subject ?? ticket.subject,
      body: [begun?.body, body].filter(Boolean).join('\n\n'),
      attachments: [...(begun?.attachments ?? []), ...attachments],
      key: randomId(),
    });
    this.toaster.show({ text: 'This ticket was closed meanwhile. Your text is kept for a follow-up' });
    this.reload();
  }

  private async load(id: string): Promise<Loaded> {
    const path = encodeURIComponent(id);
    const [ticket, messages] = await Promise.all([
      firstValueFrom(this.http.get<Ticket>(`/api/tickets/${path}`)),
      this.client.messages(path),
    ]);
    return { ticket, messages, at: new Date().toISOString() };
  }

  private change(news: (now: Loaded) => Partial<Loaded>): void {
    const now = this.loaded();
    if (now) this.latest.set({ ...now, ...news(now) });
  }

  private onLoaded({ ticket, messages }: Loaded): void {
    this.title.setTitle(`${ticket.subject} · ${this.desk}`);
    // Being unread is news of the list only: if telling the server fails, the next visit does it.
    const last = messages.at(-1);
    if (ticket.unread && last) void this.client.markRead(ticket.id, last.id).catch(() => undefined);
    const before = this.seen;
    this.seen = messages.length;
    if (before === 0) afterNextRender(() => this.begin(), { injector: this.injector });
    else if (messages.length > before && messages.at(-1)?.author.role !== 'customer') {
      untracked(() => void this.announcer.announce('A new answer is here', 'polite'));
    }
  }

  /** *Answer* in the list leads straight into the field. */
  private begin(): void {
    if (this.route.snapshot.fragment !== 'answer') return;
    const field = document.querySelector<HTMLTextAreaElement>('desk-answer-form textarea');
    field?.focus();
    field?.scrollIntoView({ block: 'center' });
    void this.router.navigate([], { replaceUrl: true });
  }
}
