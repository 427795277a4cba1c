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
import { toProblem } from '../../shared/http/problem';
import { Time } from '../../shared/time/time';
import { whileWatched } from '../../session/while-watched';
import { Drafts } from '../../shared/ui/drafts/drafts';
import { Icon } from '../../shared/ui/icon/icon';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { State } from '../../shared/ui/state/state';
import { Toaster } from '../../shared/ui/toast/toaster';
import { PortalClient } from '../data/portal-client';
import { type NewTicketDraft, newTicketDraftKey } from '../new-ticket/new-ticket-draft';
import { randomId } from '../../shared/http/random-id';
import { AnswerForm } from './answer-form';
import { Bubble } from './bubble';

interface Loaded {
  ticket: Ticket;
  messages: Message[];
}

/** A ticket as its customer sees it: what was said, and the next thing to do. */
@Component({
  selector: 'desk-conversation',
  imports: [AnswerForm, Bubble, Icon, RouterLink, Skeleton, State, StatusMark, Time],
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
  private readonly toaster = inject(Toaster);
  private seen = 0;

  /** Number or id, from the address. */
  readonly id = input.required<string>();

  protected readonly loaded = resource({
    params: () => this.id(),
    loader: ({ params }) => this.load(params),
  });
  protected readonly problem = computed(() => {
    const error = this.loaded.error();
    return error ? toProblem(error.cause ?? error) : null;
  });
  protected readonly isMissing = computed(() => this.problem()?.status === 404);

  constructor() {
    effect(() => {
      if (this.loaded.hasValue()) this.onLoaded(this.loaded.value());
    });
    whileWatched(30_000, () => {
      if (this.loaded.hasValue()) this.loaded.reload();
    });
  }

  protected async setStatus(ticket: Ticket, status: 'closed' | 'open'): Promise<void> {
    try {
      this.take(await this.client.setStatus(ticket.id, status));
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
    this.loaded.update((now) => now && { ...now, messages: [...now.messages, message] });
    void this.announcer.announce('Your answer is sent', 'polite');
    this.loaded.reload();
  }

  /** The closed ticket takes no words any more: they move to a follow-up, and nothing is lost. */
  protected onRefusedAsClosed({ body, attachments }: { body: string; attachments: Attachment[] }): void {
    const ticket = this.loaded.value()?.ticket;
    if (!ticket) return;
    const key = newTicketDraftKey(this.session.user()?.id ?? '', String(ticket.number));
    this.drafts.write<NewTicketDraft>(key, { subject: ticket.subject, body, attachments, key: randomId() });
    this.toaster.show({ text: 'This ticket was closed meanwhile. Your text is kept for a follow-up' });
    this.loaded.reload();
  }

  private async load(id: string): Promise<Loaded> {
    const path = encodeURIComponent(id);
    const [ticket, messages] = await Promise.all([
      firstValueFrom(this.http.get<Ticket>(`/api/tickets/${path}`)),
      this.client.messages(path),
    ]);
    return { ticket, messages };
  }

  private take(ticket: Ticket): void {
    this.loaded.update((now) => now && { ...now, ticket });
  }

  private onLoaded({ ticket, messages }: Loaded): void {
    this.title.setTitle(`${ticket.subject} · Liftdesk`);
    // Being unread is news of the list only: if telling the server fails, the next visit does it.
    if (ticket.unread) void this.client.markRead(ticket.id).catch(() => undefined);
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
