import type { Message } from '@liftdesk/api-client';

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

/** Which mail somebody gets. */
export interface NotificationSettings {
  ticketReceived: boolean;
  agentReply: boolean;
  customerReply: boolean;
  assigned: boolean;
  solved: boolean;
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
