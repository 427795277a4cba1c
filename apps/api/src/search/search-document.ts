import { indexText } from './tokenise';

/** What these functions need of a TypeORM DataSource, EntityManager or QueryRunner. */
export interface SqlSource {
  query<T = unknown>(sql: string, parameters?: unknown[]): Promise<T>;
}

/** The words of one ticket, as people wrote them. */
export interface TicketDocument {
  subject: string;
  requesterRid: number;
  /** Name and address. */
  requester: string;
  /** The replies: what the customer may read. */
  bodies: readonly string[];
  /** What only agents may read; kept in a column of its own, which customers' searches leave out. */
  notes: readonly string[];
}

/** Hits that are counted, ranked or sorted at most. */
export const HITS_CAP = 1000;

/** Where to start for the first page: above every `rid`. */
export const NEWEST = Number.MAX_SAFE_INTEGER;

/**
 * Characters of a ticket's replies, and again of its notes, that are searched: room for a first and a newest message of the
 * greatest length that the API takes. Each write indexes its whole ticket: without a limit one
 * endless ticket would make everybody wait.
 */
export const MAX_TICKET_TEXT = 200_000;

/**
 * The same limit as words, which are what costs: a microsecond each. 200,000 characters of prose are 35,000 words; of Chinese,
 * where each character begins one, this is the limit that counts.
 */
export const MAX_TICKET_WORDS = 50_000;

/**
 * The tokens of some messages of one kind, a text a message with one space between two tokens: the first message's and then
 * the newest ones', as far as the limits reach.
 */
export function messageTokens(messages: readonly string[]): string[] {
  const texts: string[] = [];
  let left = MAX_TICKET_WORDS;
  for (const part of searchedPart(messages)) {
    if (left === 0) break;
    const { text, words } = firstWords(indexText(part), left);
    texts.push(text);
    left -= words;
  }
  return texts;
}

function firstWords(tokens: string, most: number): { text: string; words: number } {
  let end = -1;
  for (let words = 1; words <= most; words += 1) {
    end = tokens.indexOf(' ', end + 1);
    if (end === -1) return { text: tokens, words };
  }
  return { text: tokens.slice(0, end), words: most };
}

/** The first message, then the newest ones as far as the limit reaches. */
function searchedPart(messages: readonly string[]): string[] {
  const [first, ...later] = messages;
  const kept: string[] = [];
  let left = MAX_TICKET_TEXT;
  for (const message of first === undefined ? [] : [first, ...later.reverse()]) {
    const part = message.slice(0, left);
    if (part === '') break;
    kept.push(part);
    left -= part.length;
  }
  return kept;
}
