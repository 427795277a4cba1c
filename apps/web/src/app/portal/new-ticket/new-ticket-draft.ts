import type { Attachment } from '@liftdesk/api-client';

/** A ticket that is not sent yet, as it is kept on the device. */
export interface NewTicketDraft {
  subject: string;
  body: string;
  attachments: Attachment[];
  /** Idempotency-Key of the tries to send it. */
  key: string;
  /** The answer draft that it took along from the closed ticket; it goes there when this ticket is sent. */
  carried?: { key: string; body: string };
}

/** The draft's key on this device: one for new tickets, one for each follow-up. */
export function newTicketDraftKey(userId: string, followUpOf: string | undefined): string {
  return followUpOf ? `new-ticket.${userId}.${followUpOf}` : `new-ticket.${userId}`;
}
