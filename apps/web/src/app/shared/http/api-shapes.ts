import type { Message, User } from '@liftdesk/api-client';

/** What has become of the mail with a message. */
export interface MessageDelivery {
  readonly id: string;
  readonly status: 'queued' | 'sent' | 'failed' | 'bounced' | 'complained' | 'suppressed';
  readonly recipient: string;
  /** Why it did not go, in the words of the mail server. */
  readonly reason: string | null;
  readonly attempts: number;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** Null for what is not mailed: notes, and what customers write. */
export function deliveryOf(message: Message): MessageDelivery | null {
  return (message as Message & { delivery?: MessageDelivery | null }).delivery ?? null;
}

/** Which mail somebody gets; the answer holds what concerns the caller. */
export type NotificationKind = 'ticketReceived' | 'agentReply' | 'customerReply' | 'assigned' | 'solved';
export type NotificationSettings = Partial<Record<NotificationKind, boolean>>;

/** Of mail; null is English. */
export type Language = 'en' | 'de' | 'fr' | 'es';

export function languageOf(user: User | null): Language {
  return (user as { language?: Language | null } | null)?.language ?? 'en';
}

export interface OutboxEntry {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface OutboxPage {
  readonly items: readonly OutboxEntry[];
  readonly nextCursor: string | null;
}

export interface OutboxMail extends OutboxEntry {
  readonly from: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}
