import type { Attachment, MessageKind } from '@liftdesk/api-client';

/** A reply or a note that is not sent yet, as it is kept on the device. */
export interface ReplyDraft {
  body: string;
  attachments: Attachment[];
  /** Of a message whose last try may have arrived. */
  key: string | null;
}

/** The draft's key on this device: one for each agent, ticket and kind. */
export function replyDraftKey(userId: string, ticketId: string, kind: MessageKind): string {
  return `ticket.${userId}.${ticketId}.${kind}`;
}
