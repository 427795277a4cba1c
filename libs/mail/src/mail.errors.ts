export interface MailErrorOptions extends ErrorOptions {
  /** Short and stable, for logs: `throttled`, `recipient-refused` … */
  detail?: string;
}

/**
 * What callers of a MailTransport meet, whichever is behind it. The message is for people at the desk: it holds no address
 * and no secret; `cause` may, and is for nobody's log.
 */
export abstract class MailError extends Error {
  abstract readonly code: string;
  /** Whether the same mail may be taken later. */
  abstract readonly retry: boolean;
  readonly detail: string | undefined;

  constructor(message: string, { detail, ...options }: MailErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.detail = detail;
  }
}

/** Not now: throttled, grey-listed, a full mailbox. This mail may go out later, and others may go out now. */
export class MailTemporaryError extends MailError {
  readonly code = 'mail-temporary';
  readonly retry = true;
}

/** Nothing goes out: the service cannot be reached, does not answer or does not know us. Says nothing about the mail. */
export class MailUnavailableError extends MailError {
  readonly code = 'mail-unavailable';
  readonly retry = true;
}

/** Never: the service will not take this mail, however often it is tried. */
export class MailRejectedError extends MailError {
  readonly code = 'mail-rejected';
  readonly retry = false;
  /** The address itself is no good: writing to it again would do harm. */
  readonly undeliverable: boolean;

  constructor(message: string, options: MailErrorOptions & { undeliverable?: boolean } = {}) {
    super(message, options);
    this.undeliverable = options.undeliverable ?? false;
  }
}
