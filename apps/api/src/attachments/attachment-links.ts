import { Injectable } from '@nestjs/common';
import { EntityManager } from 'typeorm';
import type { Actor } from '../auth/actor';
import { ValidationError } from '../common/domain-error';

export interface JoinedTo {
  ticketRid: number;
  messageRid: number;
  /** False for a note's files. */
  customerVisible: boolean;
}

const JOIN = `
  update attachment set ticket_rid = ?, message_rid = ?, customer_visible = ?
  where id = ? and uploaded_by_rid = ? and message_rid is null and (ticket_rid is null or ticket_rid = ?) returning rid`;

/** Ties uploaded files to the message that carries them, in the message's transaction. */
@Injectable()
export class AttachmentLinks {
  /** @throws ValidationError when one is not the caller's, is of another ticket, or is on a message already */
  async join(manager: EntityManager, actor: Actor, attachmentIds: string[], to: JoinedTo): Promise<void> {
    for (const [index, id] of attachmentIds.entries()) {
      const values = [
        to.ticketRid,
        to.messageRid,
        to.customerVisible ? 1 : 0,
        id.toLowerCase(),
        actor.userRid,
        to.ticketRid,
      ];
      const joined: unknown[] = await manager.query(JOIN, values);
      if (joined.length === 0) {
        throw ValidationError.of(
          `/attachmentIds/${index}`,
          'This is no file of yours that waits for a message',
        );
      }
    }
  }
}
