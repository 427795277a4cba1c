import type { Mail } from './mail';

export interface Accepted {
  /** What the service calls the mail, by which it tells of bounces; null where it gives it no name. */
  providerId: string | null;
}

export interface MailFinding {
  /** What an operator should look at, in one line without addresses. */
  warning?: string;
}

/**
 * Hands mail over to whoever delivers it. A call takes a bounded time. Where it rejects with MailUnavailableError the mail
 * may have been taken all the same, for an answer can get lost: the next try keeps the Message-ID.
 */
export abstract class MailTransport {
  abstract readonly name: 'log' | 'smtp' | 'ses';
  /** False where mail is only put aside on this machine, for whoever develops to read. */
  abstract readonly reachesPeople: boolean;

  /** @throws MailTemporaryError, MailUnavailableError, MailRejectedError */
  abstract send(mail: Mail): Promise<Accepted>;

  /**
   * Whether mail could be handed over now, asked without sending any.
   * @throws MailUnavailableError
   */
  abstract check(): Promise<MailFinding>;

  /** How many mails a second the service takes from us; null where it has not said. */
  abstract maxPerSecond(): Promise<number | null>;

  /** The Message-ID that the recipient sees: a service may put its own over ours. */
  messageIdSeen(ours: string, _providerId: string | null): string {
    return ours;
  }

  /** Ends what is open; what is being sent may fail. */
  abstract close(): Promise<void>;
}
