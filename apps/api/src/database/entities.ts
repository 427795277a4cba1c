import { Attachment } from '../attachments/attachment.entity';
import { UnsettledObject } from '../attachments/unsettled-object.entity';
import { PasswordReset, RefreshToken, Session } from '../auth/session.entity';
import { IdempotencyKey } from '../common/idempotency-key.entity';
import { MaintenanceRow } from '../maintenance-mode/maintenance.entity';
import { MailBlock, NotificationOptOut, OutboxMail } from '../notifications/outbox-mail.entity';
import { Message, TicketEvent } from '../tickets/message.entity';
import { Tag, Ticket, TicketRead, TicketTag } from '../tickets/ticket.entity';
import { User } from '../users/user.entity';

/** Every table of the schema. */
export const ENTITIES = [
  User,
  Session,
  RefreshToken,
  PasswordReset,
  Ticket,
  Tag,
  TicketTag,
  TicketRead,
  Message,
  TicketEvent,
  Attachment,
  UnsettledObject,
  IdempotencyKey,
  OutboxMail,
  MailBlock,
  NotificationOptOut,
  MaintenanceRow,
];
