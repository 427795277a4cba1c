import { ChangeDetectionStrategy, Component, DestroyRef, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Session } from '../../session/session';
import { toProblem } from '../../shared/http/problem';
import { keepFresh } from '../../live/keep-fresh';
import { typedText } from '../../shared/ui/form/typed-text';
import { Icon } from '../../shared/ui/icon/icon';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { StaleStrip } from '../../shared/ui/state/stale-strip';
import { State } from '../../shared/ui/state/state';
import { Toaster } from '../../shared/ui/toast/toaster';
import { firstName } from '../data/first-name';
import { TicketPages } from './ticket-pages';
import { TicketRow } from './ticket-row';
import { YourTurn } from './your-turn';

const OPEN = { status: 'new,open,pending' };
const SOLVED = { status: 'solved,closed' };
const TYPING_MS = 300;

/** A customer's tickets: what waits for an answer first, then the open ones, then what was solved. */
@Component({
  selector: 'desk-my-tickets',
  imports: [Icon, RouterLink, Skeleton, StaleStrip, State, TicketRow, YourTurn],
  templateUrl: './my-tickets.html',
  styleUrl: './my-tickets.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MyTickets {
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly toaster = inject(Toaster);
  private typing: ReturnType<typeof setTimeout> | undefined;

  /** `solved` shows those; from the address. */
  readonly show = input<string>();
  /** What to search for; from the address. */
  readonly q = input<string>();

  protected readonly search = computed(() => this.q()?.trim() ?? '');
  protected readonly text = typedText(this.search, () => this.typing !== undefined);
  protected readonly solvedOnly = computed(() => this.show() === 'solved' && !this.search());
  protected readonly open = new TicketPages(() => OPEN);
  protected readonly solved = new TicketPages(() => SOLVED);
  protected readonly found = new TicketPages(() => (this.search() ? { q: this.search() } : null));
  protected readonly list = computed(() => {
    if (this.search()) return this.found;
    return this.solvedOnly() ? this.solved : this.open;
  });
  protected readonly waiting = skeletonFor(() => !this.list().loaded() && !this.list().problem());
  protected readonly recentlySolved = computed(() =>
    this.list() === this.open ? this.solved.tickets().slice(0, 3) : [],
  );

  protected readonly greeting = computed(() => `Hi ${firstName(this.session.user()?.name ?? '')}`.trim());
  protected readonly yourTurn = computed(() =>
    this.open.tickets().filter((ticket) => ticket.status === 'pending'),
  );
  protected readonly summary = computed(() => {
    if (!this.open.loaded()) return '';
    const count = this.yourTurn().length;
    if (count === 1) return 'One ticket is waiting for your answer.';
    if (count > 1) return `${count} tickets are waiting for your answer.`;
    return this.open.tickets().length > 0 ? 'Nothing is waiting for you. We are on it.' : 'Nothing is open.';
  });

  constructor() {
    keepFresh({
      everyMs: 60_000,
      concerns: ({ type }) => type.startsWith('ticket.') || type === 'message.added',
      look: () => this.lookAgain(),
      failed: () => this.list().problem() !== null,
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typing));
  }

  protected lookAgain(): void {
    for (const list of [this.open, this.solved, this.found]) list.reload();
  }

  protected searchFor(text: string): void {
    this.text.set(text);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.typing = undefined;
      void this.router.navigate([], { queryParams: { q: text.trim() || null }, replaceUrl: true });
    }, TYPING_MS);
  }

  protected async showMore(list: TicketPages): Promise<void> {
    try {
      await list.more();
    } catch (error) {
      this.toaster.fail(toProblem(error).title, { label: 'Try again', run: () => this.showMore(list) });
    }
  }
}
