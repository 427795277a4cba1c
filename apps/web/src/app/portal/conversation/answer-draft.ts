import type { Attachment } from '@liftdesk/api-client';

/** An answer that is not sent yet, as it is kept on the device. */
export interface AnswerDraft {
  body: string;
  attachments: Attachment[];
  /** Idempotency-Key of the tries to send it. */
  key: string;
}

/** The draft's key on this device: one for each ticket. */
export function answerDraftKey(userId: string, ticketId: string): string {
  return `answer.${userId}.${ticketId}`;
}
