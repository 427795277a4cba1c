import type { Language } from '../../users/user.entity';
import { german } from './phrases.de';
import { english } from './phrases.en';
import { spanish } from './phrases.es';
import { french } from './phrases.fr';

/** Everything that mail says by itself, in one language. `app` is what the desk calls itself. */
export interface Phrases {
  hello(name: string): string;
  ticketReceived: {
    title: string;
    /** To who wrote it itself. */
    own(number: number): string;
    /** To whom the desk wrote a ticket for. */
    byDesk(author: string, number: number): string;
  };
  agentReply: { title(author: string): string; alsoSolved: string };
  customerReply: { title(author: string): string };
  assigned: { title(actor: string): string; intro(requester: string): string };
  solved: { title: string; intro(actor: string): string };
  passwordReset: {
    subject(app: string): string;
    title: string;
    intro(app: string): string;
    button: string;
    /** @param minutes that the link lives */
    expires(minutes: number): string;
    ignore: string;
  };
  wrote(author: string): string;
  files(names: string): string;
  openTicket: string;
  answerThere: string;
  /** Why this mail came. */
  because: { requester(app: string): string; assignee(app: string): string };
  settings: string;
}

const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
};

/** English where nobody has said. */
export const phrasesOf = (language: Language | null): Phrases => PHRASES[language ?? 'en'] ?? english;
