import { ChangeDetectionStrategy, Component, computed, inject, input, output, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { State } from '../../shared/ui/state/state';
import { Agents } from '../data/agents';
import { TicketClient } from '../data/ticket-client';
import {
  NO_FILTERS,
  type TicketFilters,
  apiParams,
  countFilters,
  writeFilters,
} from '../data/ticket-filters';
import { ViewCounts } from '../data/view-counts';
import { VIEWS, type View } from '../data/views';
import { type Chip, chipsOf, withoutChip } from './filter-chips';

const PROBED = 25;

interface Way {
  /** What is dropped: `Tag is recall`, `the search`. */
  without: string;
  button: string;
  /** `12`, `25+`. */
  count: string;
  filters: TicketFilters;
}

const GOOD_NEWS: Readonly<Record<View['id'], string>> = {
  mine: 'Nothing is yours to do',
  unassigned: 'Nothing is unassigned',
  open: 'Nothing is open',
  pending: 'No customer owes you an answer',
  solved: 'Nothing is solved and not yet closed',
  all: 'There are no tickets yet',
};

/** An empty list: nothing to do, or filters that leave nothing over, with the one that hides most. */
@Component({
  selector: 'desk-queue-empty',
  imports: [Icon, Kbd, RouterLink, State],
  templateUrl: './queue-empty.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueEmpty {
  private readonly agents = inject(Agents);
  private readonly client = inject(TicketClient);
  private readonly counts = inject(ViewCounts);

  readonly filters = input.required<TicketFilters>();
  readonly view = input.required<View | null>();
  readonly changed = output<TicketFilters>();

  protected readonly narrow = computed(() => this.view() === null);
  protected readonly number = computed(() => countFilters(this.filters()));
  protected readonly heading = computed(() => {
    const view = this.view();
    if (view) return GOOD_NEWS[view.id];
    return this.number() === 1 ? 'No ticket matches this' : `No ticket matches all ${this.number()} filters`;
  });
  /** Where to go from here when all is done. */
  protected readonly next = computed(() => {
    const id = this.view()?.id === 'mine' ? 'unassigned' : 'mine';
    const view = VIEWS.find((one) => one.id === id);
    if (!view) return null;
    const count = this.counts.of(view);
    return { view, params: writeFilters(view.filters), words: count ? `${view.name}, ${count}` : view.name };
  });
  protected readonly ways = resource({
    params: () => (this.narrow() && this.number() > 1 ? this.filters() : undefined),
    loader: ({ params }) => this.waysOut(params),
  });

  protected readonly advice = computed(() => {
    const way = this.ways.value();
    if (way) return `Without ${way.without} there would be ${way.count}.`;
    return this.ways.isLoading() ? '' : 'Look at all tickets, or try other words.';
  });

  protected clearAll(): void {
    this.changed.emit(NO_FILTERS);
  }

  /** Tries the list without each filter; the one that gives back most comes out. */
  private async waysOut(filters: TicketFilters): Promise<Way | null> {
    const names = { agent: (id: string) => this.agents.nameOf(id), requester: () => 'this customer' };
    const candidates: Omit<Way, 'count'>[] = chipsOf(filters, names).map((chip) => ({
      without: wordsOf(chip),
      button: `Drop “${chip.words}”`,
      filters: withoutChip(filters, chip.key),
    }));
    if (filters.q.trim()) {
      candidates.push({ without: 'the search', button: 'Drop the search', filters: { ...filters, q: '' } });
    }
    const tried = await Promise.all(
      candidates.map(async (way) => {
        const { page } = await this.client.list({ ...apiParams(way.filters), limit: String(PROBED) });
        const count = `${page.items.length}${page.nextCursor ? '+' : ''}`;
        return { ...way, count, size: page.items.length };
      }),
    ).catch(() => []);
    return tried.filter((way) => way.size > 0).sort((a, b) => b.size - a.size)[0] ?? null;
  }
}

function wordsOf({ label, verb, words }: Chip): string {
  return `${label} ${verb} ${words}`;
}
