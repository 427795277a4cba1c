import { TICKET_PRIORITIES, TicketPriority } from '../tickets/ticket.entity';
import { TICKET_STATUSES, TicketStatus } from '../tickets/ticket.status';
import { requesterMatch } from './match-node';

export type PersonFilter = { kind: 'me' } | { kind: 'none' } | { kind: 'text'; text: string };

/**
 * What the operators of a query ask of the columns; a ticket must meet all that are there.
 * An empty list of statuses or priorities (`status:open -status:open`) is met by no ticket.
 */
export interface QueryFilters {
  /** Any of these. */
  statuses?: TicketStatus[];
  /** Any of these. */
  priorities?: TicketPriority[];
  /** All of these: two that differ are met by no ticket. */
  assignees?: PersonFilter[];
  /** All of these, by name or address; never `none`. */
  requesters?: Exclude<PersonFilter, { kind: 'none' }>[];
  /** All of these, in the form that tags are stored in. */
  tags?: string[];
  excludedTags?: string[];
  /** Created at or after this instant, epoch ms. */
  createdFrom?: number;
  /** Created before this instant, epoch ms. */
  createdBefore?: number;
  hasFile?: boolean;
  /** Holds something the caller has not read. */
  unread?: boolean;
}

const IS_STATUS: Record<string, readonly TicketStatus[]> = {
  active: ['new', 'open', 'pending'],
  open: ['new', 'open'],
  new: ['new'],
  pending: ['pending'],
  solved: ['solved'],
  closed: ['closed'],
};
const IS_VALUES = [...Object.keys(IS_STATUS), 'unread', 'unassigned', 'mine'];

/** Gathers the operators of one query; what cannot be understood is left out and told in a hint. */
export class FilterBuilder {
  readonly filters: QueryFilters = {};
  private readonly statuses = new Choice<TicketStatus>(TICKET_STATUSES);
  private readonly priorities = new Choice<TicketPriority>(TICKET_PRIORITIES);

  private readonly operators: Record<string, (value: string, negated: boolean) => void> = {
    status: (value, negated) => this.choose('status', TICKET_STATUSES, this.statuses, value, negated),
    priority: (value, negated) => this.choose('priority', TICKET_PRIORITIES, this.priorities, value, negated),
    is: (value, negated) => this.is(value, negated),
    has: (value, negated) => this.has(value, negated),
    tag: (value, negated) => this.tag(value, negated),
    assignee: (value) => this.assignee('assignee', value),
    from: (value) => this.from('from', value),
    requester: (value) => this.from('requester', value),
    after: (value) => this.after(value),
    before: (value) => this.before(value),
  };
  private readonly deniable = new Set(['status', 'priority', 'is', 'has', 'tag']);

  readonly names: ReadonlySet<string> = new Set(Object.keys(this.operators));

  constructor(private readonly hint: (text: string) => void) {}

  add(name: string, value: string, negated: boolean): void {
    const operator = this.operators[name];
    if (value.trim() === '') this.hint(`${name}: needs a value; it was left out`);
    else if (operator === undefined) this.hint(`${name}: is not an operator; it was left out`);
    else if (negated && !this.deniable.has(name)) this.hint(`-${name}: is not possible; it was left out`);
    else operator(value.trim(), negated);
  }

  private choose<T extends string>(
    name: string,
    all: readonly T[],
    choice: Choice<T>,
    value: string,
    negated: boolean,
  ): void {
    for (const word of listOf(value)) {
      const known = all.find((one) => one === word);
      if (known === undefined)
        this.hint(`${name}: takes ${all.join(', ')}; “${shortened(word)}” was left out`);
      else choice.add([known], negated);
    }
    this.takeChoices();
  }

  private is(value: string, negated: boolean): void {
    for (const word of listOf(value)) {
      const statuses = Object.hasOwn(IS_STATUS, word) ? IS_STATUS[word] : undefined;
      if (statuses) this.statuses.add(statuses, negated);
      else if (word === 'unread') this.filters.unread = !negated;
      else if (word === 'unassigned' && !negated) this.assignee('is', 'none');
      else if (word === 'mine' && !negated) this.assignee('is', 'me');
      else if (IS_VALUES.includes(word)) this.hint(`-is:${word} is not possible; it was left out`);
      else this.hint(`is: takes ${IS_VALUES.join(', ')}; “${shortened(word)}” was left out`);
    }
    this.takeChoices();
  }

  private has(value: string, negated: boolean): void {
    if (/^(file|attachment)s?$/i.test(value)) this.filters.hasFile = !negated;
    else this.hint(`has: takes file; “${shortened(value)}” was left out`);
  }

  private tag(value: string, negated: boolean): void {
    const key = negated ? 'excludedTags' : 'tags';
    this.filters[key] = [...new Set([...(this.filters[key] ?? []), ...listOf(value)])];
  }

  private assignee(name: string, value: string): void {
    const person = this.personOf(name, value);
    if (person) this.filters.assignees = [...(this.filters.assignees ?? []), person];
  }

  private from(name: string, value: string): void {
    const person = this.personOf(name, value);
    if (!person) return;
    const requester = person.kind === 'none' ? { kind: 'text' as const, text: value } : person;
    this.filters.requesters = [...(this.filters.requesters ?? []), requester];
  }

  private personOf(name: string, value: string): PersonFilter | null {
    const word = value.toLowerCase();
    if (word === 'me' || word === 'none') return { kind: word };
    if (requesterMatch(value) !== null) return { kind: 'text', text: value };
    this.hint(`${name}: takes a name or an address; “${shortened(value)}” was left out`);
    return null;
  }

  /** The day itself is in: `after:2026-11-01 before:2026-12-01` is November. */
  private after(value: string): void {
    const start = this.dayOf('after', value);
    if (start !== null) this.filters.createdFrom = Math.max(start, this.filters.createdFrom ?? start);
  }

  private before(value: string): void {
    const start = this.dayOf('before', value);
    if (start !== null) this.filters.createdBefore = Math.min(start, this.filters.createdBefore ?? start);
  }

  /** The first instant of a day in UTC, epoch ms. */
  private dayOf(name: string, value: string): number | null {
    const instant = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : NaN;
    if (!Number.isNaN(instant) && new Date(instant).toISOString().startsWith(value)) return instant;
    this.hint(`${name}: takes a day such as 2026-11-01; “${shortened(value)}” was left out`);
    return null;
  }

  private takeChoices(): void {
    const statuses = this.statuses.result();
    if (statuses) this.filters.statuses = statuses;
    const priorities = this.priorities.result();
    if (priorities) this.filters.priorities = priorities;
  }
}

/** What was asked for, or everything, less what was taken out. */
class Choice<T> {
  private readonly wanted = new Set<T>();
  private readonly unwanted = new Set<T>();

  constructor(private readonly all: readonly T[]) {}

  add(values: readonly T[], negated: boolean): void {
    for (const value of values) (negated ? this.unwanted : this.wanted).add(value);
  }

  /** null where nothing was said. */
  result(): T[] | null {
    if (this.wanted.size + this.unwanted.size === 0) return null;
    return this.all.filter(
      (one) => (this.wanted.size === 0 || this.wanted.has(one)) && !this.unwanted.has(one),
    );
  }
}

function listOf(value: string): string[] {
  const words = value.normalize('NFC').toLowerCase().split(',');
  return words.map((word) => word.trim()).filter((word) => word !== '');
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
