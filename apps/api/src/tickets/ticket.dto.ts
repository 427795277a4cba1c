import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { limitSchema, listOf, nextCursorSchema } from '../common/page.dto';
import { emailSchema } from '../users/email';
import { nameSchema, personShape } from '../users/user.dto';
import { MESSAGE_KINDS } from './message.entity';
import { TICKET_CHANNELS, TICKET_PRIORITIES } from './ticket.entity';
import { TICKET_STATUSES } from './ticket.status';

const MAX_BODY = 100_000;
const LONE_SURROGATES = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const wellFormed = (text: string): boolean => !text.includes('\0') && !LONE_SURROGATES.test(text);

const subjectSchema = z
  .string()
  .trim()
  .min(1, 'A subject is needed')
  .max(200, 'A subject has at most 200 characters')
  .refine(
    (subject) => wellFormed(subject) && !/\p{Cc}/u.test(subject),
    'A subject is one line without control characters',
  );

const bodySchema = z
  .string()
  .max(MAX_BODY, `A message has at most ${MAX_BODY} characters`)
  .refine((body) => body.trim().length > 0, 'A message is needed')
  .refine(wellFormed, 'A message has no NUL and no half characters');

const tagSchema = z
  .string()
  .trim()
  .transform((tag) => tag.normalize('NFC').toLowerCase())
  .pipe(
    z
      .string()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,49}$/u, 'A tag has 1 to 50 letters, digits, dots, dashes'),
  );

const tagsSchema = z
  .array(tagSchema)
  .max(20, 'A ticket has at most 20 tags')
  .transform((tags) => [...new Set(tags)].sort());

/** A UUID or a ticket's number. */
const ticketRefSchema = z.union([z.string().max(40), z.number().int().positive()]).transform(String);

const dueDateSchema = z.iso
  .datetime()
  .refine((date) => date >= '2000' && date < '2200', 'A due date lies between 2000 and 2199');

const attachmentIdsSchema = z.array(z.uuid()).max(20);

export class OpenTicketDto extends createZodDto(
  z
    .strictObject({
      subject: subjectSchema,
      body: bodySchema,
      priority: z.enum(TICKET_PRIORITIES).default('normal'),
      tags: tagsSchema.default([]),
      attachmentIds: attachmentIdsSchema
        .default([])
        .describe('Staged files that become part of the first message'),
      followUpOf: ticketRefSchema.optional().describe('The closed ticket that this one follows'),
      requesterEmail: emailSchema.optional().describe('Agents: for whom the ticket is'),
      requesterName: nameSchema.optional().describe('Agents: the name of a requester who is not known yet'),
      assigneeId: z.uuid().optional().describe('Agents'),
    })
    .refine((ticket) => ticket.requesterName === undefined || ticket.requesterEmail !== undefined, {
      path: ['requesterName'],
      message: 'A name needs the e-mail address that it belongs to',
    }),
) {}

export class ChangeTicketDto extends createZodDto(
  z
    .strictObject({
      status: z.enum(TICKET_STATUSES).optional(),
      priority: z.enum(TICKET_PRIORITIES).optional(),
      assigneeId: z.uuid().nullable().optional().describe('null: nobody'),
      tags: tagsSchema.optional().describe('All of them: what is not in the list goes'),
      subject: subjectSchema.optional(),
      dueAt: dueDateSchema.nullable().optional(),
    })
    .refine((change) => Object.keys(change).length > 0, 'Nothing to change'),
) {}

export class WriteMessageDto extends createZodDto(
  z.strictObject({
    body: bodySchema,
    kind: z.enum(MESSAGE_KINDS).default('reply'),
    attachmentIds: attachmentIdsSchema.default([]),
    status: z.enum(TICKET_STATUSES).optional().describe('Agents: set with the message, in one transaction'),
  }),
) {}

export class MarkReadDto extends createZodDto(
  z
    .strictObject({
      messageId: z
        .uuid()
        .optional()
        .describe('The last message that was shown; left out: all that has been said so far'),
    })
    .prefault({}),
) {}

export const TICKET_SORTS = ['updatedAt', 'createdAt', 'priority', 'dueAt', 'relevance'] as const;
export type TicketSort = (typeof TICKET_SORTS)[number];

const sortSchema = z
  .string()
  .regex(
    new RegExp(`^-?(${TICKET_SORTS.join('|')})$`),
    `expected one of ${TICKET_SORTS.join(', ')}, with - before it for descending`,
  );

export class TicketQueryDto extends createZodDto(
  z.strictObject({
    status: listOf(z.enum(TICKET_STATUSES)),
    priority: listOf(z.enum(TICKET_PRIORITIES)),
    assignee: listOf(z.union([z.literal('me'), z.literal('none'), z.uuid()])),
    requester: listOf(z.union([z.literal('me'), z.uuid()])),
    tag: listOf(z.string().max(60)).describe('-tag leaves tickets with it out'),
    q: z.string().optional().describe('Full text and operators; of a very long one the beginning'),
    updatedSince: z.iso.datetime().optional(),
    sort: sortSchema.optional(),
    limit: limitSchema,
    cursor: z.string().min(1).max(500).optional(),
  }),
) {}

const requesterShape = z
  .object({ id: z.uuid(), name: z.string(), email: z.string() })
  .meta({ id: 'Requester' });
const assigneeShape = z.object({ id: z.uuid(), name: z.string() }).meta({ id: 'Assignee' });
const instant = z.iso.datetime();

export const ticketShape = z
  .object({
    id: z.uuid(),
    number: z.number().int(),
    subject: z.string(),
    status: z.enum(TICKET_STATUSES),
    priority: z.enum(TICKET_PRIORITIES),
    requester: requesterShape,
    assignee: assigneeShape.nullable(),
    tags: z.array(z.string()),
    channel: z.enum(TICKET_CHANNELS),
    createdAt: instant,
    updatedAt: instant,
    dueAt: instant.nullable(),
    waitingSince: instant.nullable().describe('Since when the customer has been waiting for an answer'),
    firstResponseAt: instant.nullable(),
    solvedAt: instant.nullable(),
    closedAt: instant.nullable(),
    version: z.number().int(),
    unread: z.boolean().describe('There is a message that the caller has not seen'),
    snippet: z
      .object({ kind: z.enum(MESSAGE_KINDS), author: personShape, text: z.string(), createdAt: instant })
      .nullable()
      .describe('The newest message that the caller may see, shortened'),
    attachmentCount: z.number().int(),
    followUpOf: z.object({ id: z.uuid(), number: z.number().int() }).nullable(),
  })
  .meta({ id: 'Ticket' });

export class TicketDto extends createZodDto(ticketShape.extend({})) {}

export class TicketPageDto extends createZodDto(
  z.object({
    items: z.array(ticketShape),
    nextCursor: nextCursorSchema,
    order: z.string().describe('The order that was used; with q it may differ from the one asked for'),
    total: z.number().int().optional().describe('With q: how many tickets match, up to 1,000'),
    totalIsCapped: z.boolean().optional(),
    hints: z.array(z.string()).optional().describe('With q: what of the search was understood otherwise'),
  }),
) {}

export class TicketCountsDto extends createZodDto(
  z.object({
    mine: z.number().int(),
    unassigned: z.number().int(),
    open: z.number().int(),
    pending: z.number().int(),
    cap: z.number().int().describe('A count that reaches it is that many or more'),
  }),
) {}

export class TagListDto extends createZodDto(
  z.object({ items: z.array(z.object({ name: z.string(), count: z.number().int() })) }),
) {}

export class TagQueryDto extends createZodDto(z.strictObject({ q: z.string().max(50).default('') })) {}
