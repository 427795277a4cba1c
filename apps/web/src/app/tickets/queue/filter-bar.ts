import { Clipboard } from '@angular/cdk/clipboard';
import { httpResource } from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { Session } from '../../session/session';
import type { Person, User } from '@liftdesk/api-client';
import { Icon } from '../../shared/ui/icon/icon';
import { Kbd } from '../../shared/ui/marks/kbd';
import { useShortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { Toaster } from '../../shared/ui/toast/toaster';
import { Agents } from '../data/agents';
import { FIELDS, type FilterField, SORTS, type TicketFilters } from '../data/ticket-filters';
import type { PickerOption } from '../picker/picker-option';
import { Pickers } from '../picker/pickers';
import { TagPicker } from '../picker/tag-picker';
import { PRIORITY_OPTIONS, STATUS_OPTIONS, agentOptions } from '../picker/ticket-options';
import { type ChipKey, FIELD_LABELS, SORT_WORDS, chipsOf, turned, withoutChip } from './filter-chips';

/** Which customer it is comes from a ticket: nobody but an admin may look through all of them. */
type ChosenHere = Exclude<FilterField, 'requester'>;
const CHOSEN_HERE = FIELDS.filter((field): field is ChosenHere => field !== 'requester');

/** The filters as chips, each part with its own menu, and the order. */
@Component({
  selector: 'desk-filter-bar',
  imports: [Icon, Kbd],
  templateUrl: './filter-bar.html',
  styleUrl: './filter-bar.scss',
  host: {
    role: 'toolbar',
    'aria-label': 'Filters',
    '[class.goes-on]': 'goesOn()',
    '(scroll)': 'measure()',
    '(window:resize)': 'measure()',
  },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FilterBar {
  private readonly agents = inject(Agents);
  private readonly clipboard = inject(Clipboard);
  private readonly pickers = inject(Pickers);
  private readonly session = inject(Session);
  private readonly tagPicker = inject(TagPicker);
  private readonly toaster = inject(Toaster);
  private readonly adder = viewChild.required<ElementRef<HTMLElement>>('add');

  readonly filters = input.required<TicketFilters>();
  /** The order that the server used. */
  readonly order = input('');
  readonly changed = output<TicketFilters>();

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  /** There is more beyond the edge of a narrow screen: the bar fades into it. */
  protected readonly goesOn = signal(false);

  /** A link can name a requester by id only. */
  private readonly requester = httpResource<User>(() => {
    const [id] = this.filters().requester;
    return id ? `/api/users/${id}` : undefined;
  });
  protected readonly chips = computed(() =>
    chipsOf(this.filters(), {
      agent: (id) => this.agents.nameOf(id),
      requester: (id) =>
        this.requester.hasValue() && this.requester.value().id === id
          ? this.requester.value().name
          : 'One customer',
    }),
  );
  protected readonly sortWord = computed(() => {
    const order = SORTS.find((sort) => sort === this.order()) ?? this.filters().sort ?? '-updatedAt';
    return SORT_WORDS[order];
  });

  constructor() {
    afterRenderEffect(() => {
      this.chips();
      this.sortWord();
      this.measure();
    });
    useShortcuts('Queue', [{ keys: 'f', label: 'Add a filter', run: () => void this.addFilter() }]);
  }

  protected measure(): void {
    const { scrollWidth, scrollLeft, clientWidth } = this.host.nativeElement;
    this.goesOn.set(scrollWidth - Math.abs(scrollLeft) - clientWidth > 1);
  }

  protected drop(key: ChipKey): void {
    this.changed.emit(withoutChip(this.filters(), key));
  }

  protected turnTags(key: ChipKey): void {
    this.changed.emit(turned(this.filters(), key));
  }

  protected async addFilter(): Promise<void> {
    const origin = this.adder().nativeElement;
    const options = CHOSEN_HERE.map((field, i) => ({
      value: field,
      ...FIELD_LABELS[field],
      digit: String(i + 1),
    }));
    const field = await this.pickers.one(origin, { label: 'Filter by', options, selected: [] });
    const known = CHOSEN_HERE.find((one) => one === field);
    if (known) await this.choose(known, origin, false);
  }

  protected async choose(field: ChosenHere, origin: HTMLElement, unwanted: boolean): Promise<void> {
    if (field === 'tag') return this.chooseTags(origin, unwanted);
    const values = await this.pickers.many(origin, {
      label: FIELD_LABELS[field].label,
      options: this.optionsOf(field),
      load: field === 'assignee' ? () => this.everybody() : undefined,
      selected: this.filters()[field],
      searchable: field === 'assignee',
    });
    if (values) this.changed.emit({ ...this.filters(), [field]: values });
  }

  protected async chooseSort(origin: HTMLElement): Promise<void> {
    const searching = this.filters().q.trim() !== '';
    const options = SORTS.filter((sort) => searching || sort !== 'relevance').map((sort, i) => ({
      value: sort,
      label: SORT_WORDS[sort],
      digit: String(i + 1),
    }));
    const sort = await this.pickers.one(origin, { label: 'Order', options, selected: [this.order()] });
    const known = SORTS.find((one) => one === sort);
    if (known)
      this.changed.emit({ ...this.filters(), sort: known === '-updatedAt' && !searching ? null : known });
  }

  protected copyLink(): void {
    if (this.clipboard.copy(location.href)) this.toaster.show({ text: 'Link to this list copied' });
  }

  private async chooseTags(origin: HTMLElement, unwanted: boolean): Promise<void> {
    const isOurs = (tag: string) => tag.startsWith('-') === unwanted;
    const ours = this.filters()
      .tag.filter(isOurs)
      .map((tag) => tag.replace(/^-/, ''));
    const values = await this.tagPicker.choose(origin, ours, true);
    if (!values) return;
    const others = this.filters().tag.filter((tag) => !isOurs(tag));
    const tag = [...others, ...values.map((value) => (unwanted ? `-${value}` : value))];
    this.changed.emit({ ...this.filters(), tag });
  }

  private optionsOf(field: 'status' | 'priority' | 'assignee'): readonly PickerOption[] {
    if (field === 'status') return STATUS_OPTIONS;
    if (field === 'priority') return PRIORITY_OPTIONS;
    return this.peopleOf(this.agents.all());
  }

  private async everybody(): Promise<readonly PickerOption[]> {
    return this.peopleOf(await this.agents.known());
  }

  private peopleOf(agents: readonly Person[]): readonly PickerOption[] {
    const me = this.session.user();
    const others = agentOptions(agents, me?.id).filter((option) => option.value !== me?.id);
    return [...(me ? [{ value: 'me', label: 'Me', person: me }] : []), ...others];
  }
}
