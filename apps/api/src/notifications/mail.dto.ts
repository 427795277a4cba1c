import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { toIso } from '../common/clock';
import { nextCursorSchema } from '../common/page.dto';
import {
  MAIL_STATUSES,
  type MailStatus,
  NOTIFICATION_KINDS,
  type NotificationKind,
} from './outbox-mail.entity';

/** What became of the mail by which the requester hears of a message. */
export const deliveryShape = z
  .object({
    id: z.uuid(),
    status: z.enum(MAIL_STATUSES),
    recipient: z.string(),
    reason: z.string().nullable().describe('Why it was not sent, or waits'),
    attempts: z.number().int(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'MailDelivery' });

export type Delivery = z.output<typeof deliveryShape>;

export class DeliveryDto extends createZodDto(deliveryShape.extend({})) {}

export class ResendDto extends createZodDto(
  z
    .strictObject({
      liftBlock: z
        .boolean()
        .default(false)
        .describe('Write to the address again although mail to it came back or was reported'),
    })
    .prefault({}),
) {}

/** A row as the queries yield it. */
export interface DeliveryRow {
  id: string;
  status: MailStatus;
  recipient: string;
  reason: string | null;
  attempts: number;
  updatedAt: number;
}

export const DELIVERY_COLUMNS = `o.id, o.status, o.recipient, o.reason, o.attempts, o.updated_at as "updatedAt"`;

/** What the desk sees of the outbox: the requester's mail of what somebody else wrote. `o` is the mail, `m` its message. */
export const SHOWN_DELIVERY = `o.kind in ('ticketReceived', 'agentReply') and o.user_rid <> m.author_rid`;

export const toDeliveryView = (row: DeliveryRow): Delivery => ({
  id: row.id,
  status: row.status,
  recipient: row.recipient,
  reason: row.reason,
  attempts: row.attempts,
  updatedAt: toIso(row.updatedAt),
});

/** What each side may choose; the rest does not concern it. */
export const CHOICES = {
  customer: ['ticketReceived', 'agentReply', 'solved'],
  staff: ['customerReply', 'assigned'],
} as const satisfies Record<string, readonly NotificationKind[]>;

const choice = z.boolean().optional();

export const notificationSettingsShape = z.strictObject({
  ticketReceived: choice.describe('Customers: a request has come in'),
  agentReply: choice.describe('Customers: the desk has answered'),
  customerReply: choice.describe('Agents: a customer has written in a ticket of theirs'),
  assigned: choice.describe('Agents: a ticket was given to them'),
  solved: choice.describe('Customers: a request is solved'),
} satisfies Record<(typeof NOTIFICATION_KINDS)[number], z.ZodType>);

export class NotificationSettingsDto extends createZodDto(notificationSettingsShape) {}

const keptMailShape = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  createdAt: z.iso.datetime(),
});

export class KeptMailPageDto extends createZodDto(
  z.object({ items: z.array(keptMailShape.meta({ id: 'KeptMailEntry' })), nextCursor: nextCursorSchema }),
) {}

export class KeptMailDto extends createZodDto(
  keptMailShape.extend({
    from: z.string(),
    text: z.string(),
    html: z.string(),
    headers: z.record(z.string(), z.string()),
  }),
) {}
