/** A mail that was put aside instead of sent. */
export interface KeptMail {
  id: string;
  to: string;
  from: string;
  subject: string;
  /** ISO 8601 in UTC. */
  createdAt: string;
  text: string;
  html: string;
  /** By name as it is written. */
  headers: Record<string, string>;
}

export interface KeptMailPage {
  items: KeptMail[];
  /** What to ask for next as `before`; null at the end. */
  nextCursor: string | null;
}

/** Reads what the transport `log` has put aside; with the others there is none. */
export abstract class MailFolder {
  /** Newest first. */
  abstract list(limit: number, before?: string): Promise<KeptMailPage>;

  /** Null where there is no such mail. */
  abstract read(id: string): Promise<KeptMail | null>;
}
