import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { attachmentShape } from '../attachments/attachment.dto';
import { nextCursorSchema } from '../common/page.dto';
import { deliveryShape } from '../notifications/mail.dto';
import { personShape } from '../users/user.dto';
import { MESSAGE_KINDS, TICKET_EVENT_TYPES } from './message.entity';

const messageShape = z
  .object({
    id: z.uuid(),
    ticketId: z.uuid(),
    author: personShape,
    kind: z.enum(MESSAGE_KINDS),
    body: z.string().describe('Markdown as written: render it without HTML'),
    attachments: z.array(attachmentShape),
    createdAt: z.iso.datetime(),
    delivery: deliveryShape
      .nullable()
      .describe('For the desk: the mail by which the requester hears of it; null where there is none'),
  })
  .meta({ id: 'Message' });

export class MessageDto extends createZodDto(messageShape.extend({})) {}

export class MessagePageDto extends createZodDto(
  z.object({ items: z.array(messageShape), nextCursor: nextCursorSchema }),
) {}

const eventShape = z
  .object({
    id: z.uuid(),
    ticketId: z.uuid(),
    actor: personShape.nullable(),
    type: z.enum(TICKET_EVENT_TYPES),
    from: z.unknown().nullable(),
    to: z.unknown().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TicketEvent' });

export class TicketEventDto extends createZodDto(eventShape.extend({})) {}

export class TicketEventPageDto extends createZodDto(
  z.object({ items: z.array(eventShape), nextCursor: nextCursorSchema }),
) {}
