/** Sort keys per order; the last one is unique. Order and keys never come from the client. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  updatedAt: ['t.updated_at', 't.rid'],
  createdAt: ['t.rid'],
  priority: ['t.priority', 't.updated_at', 't.rid'],
  dueAt: ['t.due_at', 't.rid'],
};

/** A keyset order in SQL over `ticket t`. */
export interface TicketOrder {
  /** How many keys it has. */
  size: number;
  /** The keys as `k0`, `k1` …, for a row's place. */
  select: string;
  /** The rows behind a place; its values are the keys. */
  after: string;
  /** The same where the conditions alone leave few rows. The plus keeps from walking an index for it. */
  afterAmongFew: string;
  by: string;
  /** The same over `k0`, `k1` …, of rows that were selected so. */
  byKeys: string;
}

/** For a customer, what it may not know of has not happened. */
const CUSTOMERS_KEYS: Readonly<Record<string, string>> = { 't.updated_at': 't.customer_updated_at' };

/** @param name such as `createdAt`, `-` before it for descending; null for what is no order */
export function ticketOrder(name: string, audience: 'staff' | 'customer'): TicketOrder | null {
  const descending = name.startsWith('-');
  const bare = descending ? name.slice(1) : name;
  const named = Object.hasOwn(ORDERS, bare) ? ORDERS[bare] : undefined;
  if (!named) return null;
  const keys = audience === 'customer' ? named.map((key) => CUSTOMERS_KEYS[key] ?? key) : named;
  const behind = (list: readonly string[]): string =>
    `(${list.join(', ')}) ${descending ? '<' : '>'} (${list.map(() => 'cast(? as bigint)').join(', ')})`;
  const direction = descending ? 'desc' : 'asc';
  return {
    size: keys.length,
    select: keys.map((key, index) => `${key} as k${index}`).join(', '),
    after: behind(keys),
    afterAmongFew: behind(keys.map((key) => `+${key}`)),
    by: keys.map((key) => `${key} ${direction}`).join(', '),
    byKeys: keys.map((_, index) => `k${index} ${direction}`).join(', '),
  };
}

/** A row's place in the order: its keys, of which the last is the ticket's row key. */
export function placeOf(order: TicketOrder, row: Readonly<Record<string, number>>): number[] {
  return Array.from({ length: order.size }, (_, index) => row[`k${index}`] as number);
}
