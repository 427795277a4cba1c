import type { TicketStatus } from '../../../tickets/ticket.status';
import { inventPerson } from '../invent-person';
import type { Person } from '../person';
import type { Language } from '../phrases/language';
import { LANGUAGES } from '../phrases/languages';
import type { TicketScript } from '../play-ticket';
import type { Random } from '../random';
import { tellStory } from '../story/tell-story';

const TICKETS = 190;
const CUSTOMERS = 90;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEIGHTS = LANGUAGES.map((language) => [language, language.weight] as const);

/** What a ticket of this age has come to, as often as in a shop that answers within a day or two. */
function outcomeAfter(random: Random, age: number): TicketStatus {
  if (age < DAY)
    return random.weighted([
      ['new', 3],
      ['open', 5],
      ['pending', 3],
      ['solved', 2],
    ]);
  if (age < 9 * DAY)
    return random.weighted([
      ['open', 3],
      ['pending', 4],
      ['solved', 9],
      ['closed', 1],
    ]);
  return random.weighted([
    ['open', 1],
    ['pending', 2],
    ['solved', 25],
    ['closed', 70],
  ]);
}

/** The tickets behind the first screen: half a year of them, most of them done. */
export async function demoHistory(
  random: Random,
  agents: readonly Person[],
  customer: (name: string, email: string) => Promise<Person>,
  now: number,
): Promise<TicketScript[]> {
  const customers: { person: Person; language: Language }[] = [];
  for (let index = 0; index < CUSTOMERS; index += 1) {
    const language = random.weighted(WEIGHTS);
    const { name, email } = inventPerson(random, language, index + 1);
    customers.push({ person: await customer(name, email), language });
  }
  const scripts: TicketScript[] = [];
  for (let index = 0; index < TICKETS; index += 1) {
    // Denser towards today; nothing so new that it would push the first screen down.
    const age = 10 * HOUR + Math.round(180 * DAY * random.next() ** 3);
    const { person, language } = customers[
      random.chance(0.2) ? random.skewed(CUSTOMERS) : random.int(CUSTOMERS)
    ] as (typeof customers)[number];
    const agent = agents[random.skewed(agents.length)] as Person;
    scripts.push(
      tellStory(random, {
        language,
        requester: person,
        agent,
        colleagues: agents.filter((one) => one !== agent),
        outcome: outcomeAfter(random, age),
        createdAt: now - age,
        until: now - 9 * HOUR - random.int(9 * HOUR * Math.min(1, age / DAY)),
        tags: random.chance(0.08) ? ['vip'] : [],
        extras: [],
      }),
    );
  }
  return scripts;
}
