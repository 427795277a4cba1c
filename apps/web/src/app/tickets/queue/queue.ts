import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  untracked,
  viewChild,
  signal,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Title } from '@angular/platform-browser';
import { ActivatedRoute, Router, RouterLink } from '@angular/router';
import { deskName } from '../../shared/config/client-config';
import { keepFresh } from '../../live/keep-fresh';
import { LiveEvents } from '../../live/live-events';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { StaleStrip } from '../../shared/ui/state/stale-strip';
import { State } from '../../shared/ui/state/state';
import { useShortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { type TicketFilters, readFilters, sameFilters, writeFilters } from '../data/ticket-filters';
import { TicketList } from '../data/ticket-list';
import { viewOf } from '../data/views';
import { DeskLayout } from '../desk/desk-layout';
import { TabBar } from '../desk/tab-bar';
import { TicketDeeds } from '../ui/ticket-deeds';
import { FilterBar } from './filter-bar';
import { SORT_WORDS } from './filter-chips';
import { QueueEmpty } from './queue-empty';
import { QueueRow } from './queue-row';
import { SearchBox } from './search-box';
import { TO_SEARCH } from './to-search';
import { WhenSeen } from './when-seen';

const EVERY_MS = 20_000;

/** The queue: which tickets the address asks for, one of them under the cursor. */
@Component({
  selector: 'desk-queue',
  imports: [
    FilterBar,
    Icon,
    Kbd,
    QueueEmpty,
    QueueRow,
    RouterLink,
    SearchBox,
    Skeleton,
    StaleStrip,
    State,
    TabBar,
    WhenSeen,
  ],
  templateUrl: './queue.html',
  styleUrl: './queue.scss',
  providers: [TicketDeeds],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Queue {
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  private readonly title = inject(Title);
  private readonly desk = deskName();
  private readonly deeds = inject(TicketDeeds);
  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly searchBox = viewChild.required(SearchBox);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly layout = inject(DeskLayout);
  protected readonly list = inject(TicketList);
  protected readonly live = inject(LiveEvents).state;

  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  protected readonly filters = computed(() => readFilters(this.params()), { equal: sameFilters });
  protected readonly view = computed(() => viewOf(this.filters()));
  protected readonly name = computed(() => {
    const view = this.view();
    if (view) return view.name;
    return this.filters().q.trim() ? 'Search' : 'Tickets';
  });
  protected readonly waiting = skeletonFor(() => !this.list.loaded() && !this.list.problem());
  private readonly searching = signal(false);
  /** On a phone the field takes the title's place, and stays while there are words: they say what the list is. */
  protected readonly showsSearch = computed(() => this.searching() || this.filters().q !== '');
  protected readonly answeredAt = computed(() => new Date(this.list.answeredAt() ?? 0).toISOString());
  protected readonly newsWords = computed(() =>
    newsWords(this.list.waiting().map((ticket) => ticket.unread)),
  );
  protected readonly orderWords = computed(() => {
    const order = Object.entries(SORT_WORDS).find(([sort]) => sort === this.list.order());
    return order ? `Order: ${order[1].toLowerCase()}` : '';
  });
  protected readonly endWords = computed(() => {
    const count = this.list.rows().length;
    return count === 1 ? 'That is the only one' : `That is all ${count.toLocaleString('en-GB')}`;
  });

  constructor() {
    this.layout.compact.set(false);
    effect(() => {
      const filters = this.filters();
      void untracked(() => this.list.show(filters));
      untracked(() => this.title.setTitle(`${this.name()} · ${this.desk}`));
    });
    keepFresh({
      everyMs: EVERY_MS,
      concerns: ({ type }) => type.startsWith('ticket.') || type === 'message.added',
      look: () => this.list.poll(),
      failed: () => this.list.problem() !== null,
    });
    const toSearch = this.router.currentNavigation()?.extras.info === TO_SEARCH;
    afterNextRender(() => (toSearch ? this.search() : this.comeBack()));
    const onRow = () => this.list.rows().length > 0 && isFree(document.activeElement);
    const atCursor = () => {
      const ticket = this.list.find(this.list.cursorId());
      return ticket && { ticket, origin: this.row(ticket.id) };
    };
    useShortcuts('Anywhere', [{ keys: '/', label: 'Search', run: () => this.search() }]);
    useShortcuts('Queue', [
      { keys: 'j', label: 'Next ticket', run: () => this.move(1) },
      { keys: 'k', label: 'Previous ticket', run: () => this.move(-1) },
      { keys: 'ArrowDown', label: 'Next ticket', run: () => this.move(1), when: onRow },
      { keys: 'ArrowUp', label: 'Previous ticket', run: () => this.move(-1), when: onRow },
      { keys: 'Home', label: 'First ticket', run: () => this.move(-Infinity), when: onRow },
      { keys: 'End', label: 'Last loaded ticket', run: () => this.move(Infinity), when: onRow },
      { keys: 'Enter', label: 'Open the ticket', run: () => this.open(), when: onRow },
      {
        keys: '.',
        label: 'Show new tickets',
        run: () => void this.showNew(),
        when: () => this.list.waiting().length > 0,
      },
    ]);
    this.deeds.useKeys('Queue', atCursor);
  }

  protected apply(change: Partial<TicketFilters>): void {
    const filters = { ...this.filters(), ...change };
    const onlyWords = sameFilters({ ...filters, q: '' }, { ...this.filters(), q: '' });
    void this.router.navigate(['/tickets'], {
      queryParams: writeFilters(filters),
      replaceUrl: onlyWords && this.filters().q !== '' && filters.q !== '',
    });
  }

  protected search(): void {
    this.searching.set(true);
    afterNextRender(() => this.searchBox().focus(), { injector: this.injector });
  }

  protected leaveSearch(): void {
    this.searching.set(false);
    // The rows may still be on their way: the keys have to work at once, and not as letters of the search.
    this.host.nativeElement.querySelector('main')?.focus({ preventScroll: true });
    this.focusRow();
  }

  /** Puts the waiting tickets into the list; this is the one moment it moves. */
  protected async showNew(): Promise<void> {
    await this.list.reload();
    this.list.cursorId.set(this.list.rows()[0]?.id ?? null);
    this.scroller().nativeElement.scrollTop = 0;
    this.focusRow();
  }

  protected takeCursor(event: FocusEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('[data-ticket]');
    const id = row?.dataset['ticket'];
    if (id) this.list.cursorId.set(id);
  }

  /** Finds scroll and cursor as they were left. */
  private comeBack(): void {
    this.scroller().nativeElement.scrollTop = this.list.scrollTop;
    if (!this.layout.phone()) this.row(this.list.cursorId())?.focus({ preventScroll: true });
  }

  private move(step: number): void {
    const rows = this.list.rows();
    if (rows.length === 0) return;
    const to = Math.min(rows.length - 1, Math.max(0, this.list.indexOfCursor() + step));
    this.list.cursorId.set(rows[to]?.id ?? null);
    if (to >= rows.length - 5) void this.list.more();
    this.focusRow();
  }

  private open(): void {
    const ticket = this.list.find(this.list.cursorId());
    if (ticket) void this.router.navigate(['/tickets', ticket.number]);
  }

  private focusRow(): void {
    const focus = () => {
      const row = this.row(this.list.cursorId());
      row?.focus({ preventScroll: true });
      row?.scrollIntoView?.({ block: 'nearest' });
    };
    afterNextRender(focus, { injector: this.injector });
  }

  private row(id: string | null): HTMLElement | null {
    return this.host.nativeElement.querySelector<HTMLElement>(`[data-ticket="${id ?? ''}"]`);
  }
}

/** Keys with a meaning of their own on a button stay with it. */
function isFree(element: Element | null): boolean {
  return !element?.closest('button, a[href]:not([role=gridcell] a), input, [role=listbox], [role=menu]');
}

function newsWords(unread: boolean[]): string {
  const count = unread.length;
  const what = unread.every(Boolean) ? 'new' : 'new or changed';
  return `${count} ${what} ${count === 1 ? 'ticket' : 'tickets'}`;
}
