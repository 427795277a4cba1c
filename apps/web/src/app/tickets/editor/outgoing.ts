import type { Attachment, MessageKind, TicketStatus } from '@liftdesk/api-client';

/** A message on its way; every change is a new object. */
export interface Outgoing {
  /** Its Idempotency-Key, the same for every try. */
  readonly key: string;
  readonly ticketId: string;
  readonly number: number;
  readonly kind: MessageKind;
  readonly body: string;
  readonly attachments: readonly Attachment[];
  /** Set with it. */
  readonly status?: TicketStatus;
  /** ISO 8601, by this device. */
  readonly createdAt: string;
  readonly state: 'sending' | 'failed';
  /** Why it was not sent. */
  readonly cause: string;
  readonly requestId: string | null;
  /** Nobody knows whether the last try arrived. */
  readonly uncertain: boolean;
}
