import type { TicketPriority } from '../../../tickets/ticket.entity';
import type { TicketStatus } from '../../../tickets/ticket.status';
import type { Person } from '../person';
import { ASIDES } from '../phrases/asides';
import type { Language, Topic } from '../phrases/language';
import type { Step, TicketScript } from '../play-ticket';
import type { Random } from '../random';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MODELS = ['Havn L', 'Havn S', 'Havn XL', 'Havn Kompakt', 'Havn Duo'];
const PRIORITIES: readonly (readonly [TicketPriority, number])[] = [
  ['low', 18],
  ['normal', 58],
  ['high', 18],
  ['urgent', 6],
];
const NOTES = [
  'Same batch as last week. I asked the workshop to look at the serials.',
  'Called, nobody there. Trying again after lunch.',
  'Stock says four left in Leipzig, two in Malmö.',
  'Goodwill is fine here, the customer has been with us since the first series.',
  'Carrier confirmed by phone: on the van tomorrow.',
  'Please keep an eye on this one while I am away until Thursday.',
];

/** What a story is made from. */
export interface Plot {
  language: Language;
  requester: Person;
  agent: Person;
  /** Other people at the desk, for notes and hand-overs. Not empty. */
  colleagues: readonly Person[];
  /** Where the story ends; one that happens after `until` is cut there. */
  outcome: TicketStatus;
  createdAt: number;
  /** No step is later. */
  until: number;
  /** Tags besides the topic's own. */
  tags: readonly string[];
  /** Said in the first message: a colour or an extra that was bought. */
  extras: readonly string[];
}

/** A believable ticket: who writes what when, in one language. The same for the same state of `random`. */
export function tellStory(random: Random, plot: Plot): TicketScript {
  const { language, requester, outcome } = plot;
  const subject = random.pick(language.topics);
  const slots = slotsOf(random);
  const kind = random.int(subject.subjects.length);
  const steps = new Telling(random, plot, subject, kind, slots).steps();
  return {
    subject: filled(subject.subjects[kind] ?? '', slots),
    requester,
    priority: random.weighted(PRIORITIES),
    tags: [...new Set([subject.tag, ...plot.tags])].sort(),
    dueAt:
      outcome !== 'closed' && outcome !== 'solved' && random.chance(0.5)
        ? plot.createdAt + random.delay(2 * DAY)
        : undefined,
    steps,
  };
}

/** What stands in the braces of phrases. */
export type Slots = Readonly<Record<string, string>>;

export const slotsOf = (random: Random): Slots => ({
  order: `HV-${20_000 + random.int(60_000)}`,
  model: random.pick(MODELS),
  number: String(1_000 + random.int(9_000)),
});

export const filled = (text: string, slots: Slots): string =>
  text.includes('{') ? text.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot) : text;

/** Puts one story's steps in order of time. */
class Telling {
  private readonly told: Step[] = [];
  private at: number;

  constructor(
    private readonly random: Random,
    private readonly plot: Plot,
    private readonly topic: Topic,
    /** Which of the topic's subjects it is; problem and solution go with it where they have the same place. */
    private readonly kind: number,
    private readonly slots: Slots,
  ) {
    this.at = plot.createdAt;
  }

  steps(): Step[] {
    const { random, plot } = this;
    this.customer(this.firstMessage());
    if (plot.outcome === 'new') return this.told;
    this.change({ assignee: plot.agent });
    if (random.chance(0.25)) this.note();
    const rounds = random.chance(0.6) ? 1 : random.chance(0.25) ? 2 + random.skewed(8) : 0;
    for (let round = 0; round < rounds; round += 1) {
      const question = random.int(this.topic.questions.length);
      this.desk(this.answer(this.topic.questions, question), 'pending');
      this.customer(this.reply(question));
      if (round === 1) this.change({ assignee: random.pick(plot.colleagues) });
    }
    this.end(rounds > 0);
    return this.told;
  }

  private end(answered: boolean): void {
    const { random, plot } = this;
    switch (plot.outcome) {
      case 'new':
        break;
      case 'open':
        if (!answered) this.change({ status: 'open' });
        if (random.chance(0.2)) this.note();
        break;
      case 'pending':
        this.desk(this.answer(this.topic.solutions, this.kind), 'pending');
        break;
      case 'solved':
      case 'closed':
        if (random.chance(0.5)) {
          this.desk(this.answer(this.topic.solutions, this.kind), 'pending');
          this.customer(random.pick(plot.language.thanks));
          this.change({ status: 'solved' });
        } else {
          this.desk(this.answer(this.topic.solutions, this.kind), 'solved');
        }
        if (plot.outcome === 'closed') this.change({ status: 'closed' }, 4 * DAY);
        break;
    }
  }

  private firstMessage(): string {
    const { random, plot } = this;
    const { language, extras } = plot;
    const said = [
      this.text(this.topic.problems, this.kind),
      this.text(this.topic.details, random.int(this.topic.details.length)),
    ];
    for (const extra of extras) said.push(language.extra.replace('{extra}', extra));
    const asides = this.some(ASIDES[language.code]?.customer, 2).join(' ');
    return paragraphs(
      random.pick(language.greetings),
      said.join(' '),
      asides,
      random.pick(language.closings),
    );
  }

  private answer(texts: readonly string[], place: number): string {
    const { language, requester } = this.plot;
    const greeting = this.random
      .pick(language.deskGreetings)
      .replace('{name}', callName(requester, language));
    const asides = this.some(ASIDES[language.code]?.desk, 2).join(' ');
    return paragraphs(greeting, this.text(texts, place), asides, this.random.pick(language.deskClosings));
  }

  /** What a customer says in between: short, at times with more about it. */
  private reply(place: number): string {
    const asides = this.some(ASIDES[this.plot.language.code]?.customer, 1).join(' ');
    return paragraphs(this.text(this.topic.replies, place), asides);
  }

  /** Up to `most` of the texts, in their order. */
  private some(texts: readonly string[] = [], most: number): string[] {
    const count = this.random.int(most + 1);
    const first = this.random.int(Math.max(1, texts.length - count + 1));
    return texts.slice(first, first + count);
  }

  private text(texts: readonly string[], place: number): string {
    return filled(texts[place] ?? this.random.pick(texts), this.slots);
  }

  private customer(body: string): void {
    this.told.push({ kind: 'say', by: this.plot.requester, at: this.later(6 * HOUR), body });
  }

  private desk(body: string, then: TicketStatus): void {
    this.told.push({ kind: 'say', by: this.plot.agent, at: this.later(2 * HOUR), body, then });
  }

  private note(): void {
    const by = this.random.pick(this.plot.colleagues);
    this.told.push({ kind: 'note', by, at: this.later(20 * MINUTE), body: this.random.pick(NOTES) });
  }

  private change(change: Extract<Step, { kind: 'change' }>['change'], typical = 30 * MINUTE): void {
    this.told.push({ kind: 'change', by: this.plot.agent, at: this.later(typical), change });
  }

  /** The instant of the next step; the first is the ticket's own, none is past the end. */
  private later(typical: number): number {
    if (this.told.length > 0) this.at = Math.min(this.at + this.random.delay(typical), this.plot.until);
    return this.at;
  }
}

const paragraphs = (...texts: string[]): string => texts.filter((text) => text !== '').join('\n\n');

const callName = ({ name }: Person, { familyFirst }: Language): string => {
  const parts = name.split(' ');
  return (familyFirst ? parts[0] : parts.slice(0, -1).join(' ')) || name;
};
