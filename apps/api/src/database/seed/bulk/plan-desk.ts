import type { TicketStatus } from '../../../tickets/ticket.status';
import type { Role } from '../../../users/user.entity';
import { inventPerson } from '../invent-person';
import type { Person } from '../person';
import type { Language } from '../phrases/language';
import { LANGUAGES } from '../phrases/languages';
import { PlayedTicket, playTicket } from '../play-ticket';
import { Random } from '../random';
import { tellStory } from '../story/tell-story';
import { uuidAt } from '../uuid-at';
import { TAG_POOL } from './tag-pool';

export interface DeskSize {
  tickets: number;
  /** Everything else being equal, the same seed gives the same desk. */
  seed: number;
  /** When the desk's last ticket came in, epoch ms. */
  until: number;
}

/** A word that one ticket in a hundred holds, and one that every second holds: to measure searches by. */
export const RARE_WORD = 'Skagerrak';
export const COMMON_WORD = 'Kattegat';

const DAY = 86_400_000;
const SPAN = 3 * 365 * DAY;
const AGENTS = 50;
const TICKETS_PER_CUSTOMER = 4;
const WEIGHTS = LANGUAGES.map((language) => [language, language.weight] as const);

/** Somebody who can sign in: takes the place of an invented agent or customer. */
export interface DeskAccount {
  name: string;
  email: string;
  role: Role;
  passwordHash: string;
}

export interface PlannedPerson extends Person {
  role: Role;
  passwordHash: string | null;
  /** What a customer writes in; an agent answers in the customer's. */
  language: Language;
}

export interface PlannedTicket {
  ticket: PlayedTicket;
  /** The assignee has seen all of it; only of tickets that are still worked on. */
  readByAssignee: boolean;
}

/** A desk of any size, made up as it is read: people first, then tickets in the order in which they came. */
export class DeskPlan {
  /** Before this instant the desk did not exist. */
  readonly start: number;
  private readonly agents: readonly PlannedPerson[];
  private readonly customers: readonly PlannedPerson[];
  private readonly random: Random;

  /** @param accounts the first ones have the most to do */
  constructor(
    private readonly size: DeskSize,
    accounts: readonly DeskAccount[],
  ) {
    this.random = new Random(size.seed);
    this.start = size.until - SPAN;
    const count = Math.max(10, Math.ceil(size.tickets / TICKETS_PER_CUSTOMER));
    this.agents = this.people(AGENTS, 0, 'agent', accounts);
    this.customers = this.people(count, AGENTS, 'customer', accounts);
  }

  /** Everybody, in the order of their keys, which begin at 1. */
  *everybody(): Generator<PlannedPerson> {
    yield* this.agents;
    yield* this.customers;
  }

  *tickets(): Generator<PlannedTicket> {
    const { tickets: count, until } = this.size;
    for (let index = 0; index < count; index += 1) {
      // A shop that grows: the second half of its time brings more than half of its tickets.
      const createdAt = this.start + Math.floor(SPAN * ((index + this.random.next()) / count) ** 0.8);
      yield this.ticket(Math.min(createdAt, until), 1 - index / count);
    }
  }

  /** @param age from 0, the newest, to 1 */
  private ticket(createdAt: number, age: number): PlannedTicket {
    const { random } = this;
    const requester = this.requester();
    const agent = this.agents[random.skewed(AGENTS)] as Person;
    const outcome = outcomeOf(random, age);
    const sinceThen = this.size.until - createdAt;
    const script = tellStory(random, {
      language: requester.language,
      requester,
      agent,
      colleagues: [this.agents[(agent.rid + random.int(AGENTS - 1)) % AGENTS] as Person],
      outcome,
      createdAt,
      until: createdAt + Math.floor(sinceThen * (1 - 0.5 * random.next())),
      tags: Array.from(
        { length: random.skewed(4) },
        () => TAG_POOL[random.skewed(TAG_POOL.length)] as string,
      ),
      extras: [...(random.chance(0.5) ? [COMMON_WORD] : []), ...(random.chance(0.01) ? [RARE_WORD] : [])],
    });
    const active = outcome === 'open' || outcome === 'pending';
    return { ticket: playTicket(script), readByAssignee: active && random.chance(0.7) };
  }

  /** Most write once or twice; a few dealers write every day. */
  private requester(): PlannedPerson {
    const { random, customers } = this;
    const place = random.chance(0.25) ? random.skewed(customers.length) : random.int(customers.length);
    return customers[place] as PlannedPerson;
  }

  private people(
    count: number,
    before: number,
    role: 'agent' | 'customer',
    accounts: readonly DeskAccount[],
  ): PlannedPerson[] {
    const known = accounts.filter((account) => (account.role === 'customer') === (role === 'customer'));
    return Array.from({ length: count }, (_, index) => {
      const rid = before + index + 1;
      const language = this.random.weighted(WEIGHTS);
      const { name, email } = inventPerson(this.random, language, rid);
      const address = role === 'agent' ? email.replace(/@.*/, '@havn.example') : email;
      return {
        rid,
        id: uuidAt(this.random, this.start),
        ...{ name, email: address, role, passwordHash: null, ...known[index] },
        staff: role === 'agent',
        language,
      };
    });
  }
}

/** Nearly everything old is closed; what came lately is being worked on; and some things are forgotten. */
function outcomeOf(random: Random, age: number): TicketStatus {
  if (random.chance(0.03 + 0.85 * Math.exp(-age / 0.08)))
    return random.weighted([
      ['new', 3],
      ['open', 6],
      ['pending', 5],
      ['solved', 3],
    ]);
  return random.chance(age < 0.2 ? 0.7 : 0.1) ? 'solved' : 'closed';
}
