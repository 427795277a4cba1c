/** Somebody who sends or gets a mail. */
export interface MailAddress {
  /** In any script. */
  name?: string;
  address: string;
}

/** A mail to one person, before it is put into the form of RFC 5322. */
export interface Mail {
  /** With its angle brackets; the same at each try of the same mail. */
  messageId: string;
  from: MailAddress;
  to: MailAddress;
  replyTo?: MailAddress;
  /** One line: what would break it becomes a space. */
  subject: string;
  text: string;
  html: string;
  date: Date;
  /** Message-ID of the mail that this one answers. */
  inReplyTo?: string;
  /** Message-IDs of those before it, oldest first. */
  references?: readonly string[];
  /** Further headers, names and values in ASCII. */
  headers?: Readonly<Record<string, string>>;
}
