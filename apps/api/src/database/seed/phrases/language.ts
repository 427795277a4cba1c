/**
 * What customers of one language write about, and what the desk answers. Texts may hold `{order}`, `{model}`, `{number}` and,
 * in greetings of the desk, `{name}`.
 */
export interface Language {
  code: string;
  /** How often it is written, relative to the others. */
  weight: number;
  firstNames: readonly string[];
  lastNames: readonly string[];
  /** Japanese and Hungarian names begin with the family's. */
  familyFirst?: boolean;
  /** In Latin letters, for addresses, where names are not. */
  places: readonly string[];
  greetings: readonly string[];
  closings: readonly string[];
  deskGreetings: readonly string[];
  deskClosings: readonly string[];
  thanks: readonly string[];
  /** Says that a colour or an extra was bought: `{extra}`. */
  extra: string;
  topics: readonly Topic[];
}

/** One kind of trouble. The first problem and solution belong to the first subject, and so on; each reply to its question. */
export interface Topic {
  tag: string;
  subjects: readonly string[];
  problems: readonly string[];
  details: readonly string[];
  /** What the desk asks first. */
  questions: readonly string[];
  /** What the customer says to that. */
  replies: readonly string[];
  solutions: readonly string[];
}

/** A topic from its lists, in the order in which a ticket tells them. */
export const topic = (
  tag: string,
  subjects: readonly string[],
  problems: readonly string[],
  details: readonly string[],
  questions: readonly string[],
  replies: readonly string[],
  solutions: readonly string[],
): Topic => ({ tag, subjects, problems, details, questions, replies, solutions });
