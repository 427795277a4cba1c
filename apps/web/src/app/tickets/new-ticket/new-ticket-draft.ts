import type { Assignee, Attachment, TicketPriority } from '@liftdesk/api-client';
import { randomId } from '../../shared/http/random-id';

/** A ticket that is not open yet, as it is kept on the device. */
export interface NewTicketDraft {
  email: string;
  name: string;
  subject: string;
  body: string;
  priority: TicketPriority;
  assignee: Assignee | null;
  tags: string[];
  attachments: Attachment[];
  /** Idempotency-Key: the same until the ticket is open, so that trying again cannot open two. */
  key: string;
  /** The reply draft that it took along from the closed ticket; it goes there when this one is open. */
  carried?: { key: string; body: string };
}

/** The draft's key on this device: one for new tickets, one for each follow-up. */
export function newTicketDraftKey(userId: string, followUpOf: string | undefined): string {
  return followUpOf ? `new-ticket.${userId}.${followUpOf}` : `new-ticket.${userId}`;
}

export function emptyDraft(): NewTicketDraft {
  return {
    email: '',
    name: '',
    subject: '',
    body: '',
    priority: 'normal',
    assignee: null,
    tags: [],
    attachments: [],
    key: randomId(),
  };
}
