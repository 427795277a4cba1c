import type { Actor } from '../auth/actor';
import { toIso } from '../common/clock';
import { isStaff } from '../auth/actor';
import type { Dialect } from '../database/dialect';
import { postgresDialect } from '../database/postgres.dialect';
import { sqliteDialect } from '../database/sqlite.dialect';
import type { Role } from '../users/user.entity';
import { plainSnippet } from './snippet';
import type { TicketDto } from './ticket.dto';
import { NO_DUE_DATE, TICKET_PRIORITIES, TicketChannel, TicketPriority } from './ticket.entity';
import type { MessageKind } from './message.entity';
import type { TicketStatus } from './ticket.status';

/** How much of a message the list reads to make a snippet of. */
const SNIPPET_SOURCE = 400;

/** A row as selectTickets() yields it. */
export interface TicketRow {
  rid: number;
  id: string;
  subject: string;
  status: TicketStatus;
  priority: number;
  channel: TicketChannel;
  createdAt: number;
  updatedAt: number;
  dueAt: number;
  waitingSince: number | null;
  firstResponseAt: number | null;
  solvedAt: number | null;
  closedAt: number | null;
  version: number;
  requesterRid: number;
  requesterId: string;
  requesterName: string;
  requesterEmail: string;
  assigneeId: string | null;
  assigneeName: string | null;
  followUpId: string | null;
  followUpNumber: number | null;
  /** JSON array of names. */
  tags: string;
  attachmentCount: number;
  lastRid: number | null;
  lastKind: MessageKind | null;
  lastBody: string | null;
  lastCreatedAt: number | null;
  lastAuthorRid: number | null;
  lastAuthorId: string | null;
  lastAuthorName: string | null;
  lastAuthorRole: Role | null;
  readRid: number | null;
}

type Audience = 'staff' | 'customer';

const TAGS = `select g.name from ticket_tag tt join tag g on g.rid = tt.tag_rid where tt.ticket_rid = t.rid order by g.name`;

/**
 * The one SELECT behind every ticket that leaves the API. A customer's knows no note, no file of one, and
 * not that there was one.
 * Its first parameter is the caller's row key.
 */
function selectTickets(dialect: Dialect, audience: Audience, source: string): string {
  const [lastMessage, visible, updatedAt, version] =
    audience === 'staff'
      ? ['t.last_message_rid', '', 't.updated_at', 't.version']
      : [
          't.last_reply_rid',
          'and a.customer_visible = 1',
          't.customer_updated_at',
          't.version - t.hidden_changes',
        ];
  return `
    select t.rid, t.id, t.subject, t.status, t.priority, t.channel, t.created_at as "createdAt", ${updatedAt} as "updatedAt",
      t.due_at as "dueAt", t.waiting_since as "waitingSince", t.first_response_at as "firstResponseAt",
      t.solved_at as "solvedAt", t.closed_at as "closedAt", ${version} as version, t.requester_rid as "requesterRid",
      r.id as "requesterId", r.name as "requesterName", r.email as "requesterEmail",
      s.id as "assigneeId", s.name as "assigneeName", f.id as "followUpId", f.rid as "followUpNumber",
      ${dialect.jsonArray('name', TAGS)} as tags,
      (select count(*) from attachment a where a.ticket_rid = t.rid ${visible}) as "attachmentCount",
      l.rid as "lastRid", l.kind as "lastKind", substr(l.body, 1, ${SNIPPET_SOURCE}) as "lastBody", l.created_at as "lastCreatedAt",
      la.rid as "lastAuthorRid", la.id as "lastAuthorId", la.name as "lastAuthorName", la.role as "lastAuthorRole",
      rd.message_rid as "readRid"
    from ${source}
      join "user" r on r.rid = t.requester_rid
      left join "user" s on s.rid = t.assignee_rid
      left join ticket f on f.rid = t.follow_up_of_rid
      left join message l on l.rid = ${lastMessage}
      left join "user" la on la.rid = l.author_rid
      left join ticket_read rd on rd.user_rid = ? and rd.ticket_rid = t.rid`;
}

export interface TicketSql {
  /** Parameters: caller's row key, then number or id; the customer's also its row key again, as scope. */
  byNumber: Record<Audience, string>;
  byId: Record<Audience, string>;
  /** Parameters: a JSON array of row keys, whose order is kept, and the caller's row key; the customer's also as scope. */
  byKeys: Record<Audience, string>;
}

function ticketSqlOf(dialect: Dialect): TicketSql {
  const one = (audience: Audience, where: string): string =>
    `${selectTickets(dialect, audience, 'ticket t')} where ${where}`;
  const page = `${dialect.integers('page')} ${dialect.joinThen} ticket t on t.rid = page.value`;
  return {
    byNumber: {
      staff: one('staff', 't.rid = cast(? as bigint)'),
      customer: one('customer', 't.rid = cast(? as bigint) and t.requester_rid = ?'),
    },
    byId: {
      staff: one('staff', 't.id = ?'),
      customer: one('customer', 't.id = ? and t.requester_rid = ?'),
    },
    byKeys: {
      staff: `${selectTickets(dialect, 'staff', page)} order by page.key`,
      customer: `${selectTickets(dialect, 'customer', page)} where t.requester_rid = ? order by page.key`,
    },
  };
}

/** What reads tickets, on each engine. */
export const TICKET_SQL: Readonly<Record<Dialect['name'], TicketSql>> = {
  sqlite: ticketSqlOf(sqliteDialect),
  postgres: ticketSqlOf(postgresDialect),
};

export function toTicketView(row: TicketRow, actor: Actor): TicketDto {
  return {
    id: row.id,
    number: row.rid,
    subject: row.subject,
    status: row.status,
    priority: TICKET_PRIORITIES[row.priority] as TicketPriority,
    requester: { id: row.requesterId, name: row.requesterName, email: row.requesterEmail },
    assignee: row.assigneeId === null ? null : { id: row.assigneeId, name: row.assigneeName ?? '' },
    tags: JSON.parse(row.tags) as string[],
    channel: row.channel,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    dueAt: row.dueAt === NO_DUE_DATE ? null : toIso(row.dueAt),
    waitingSince: toIso(row.waitingSince),
    firstResponseAt: toIso(row.firstResponseAt),
    solvedAt: toIso(row.solvedAt),
    closedAt: toIso(row.closedAt),
    version: row.version,
    unread: isUnread(row, actor),
    snippet: toSnippet(row),
    attachmentCount: row.attachmentCount,
    followUpOf: row.followUpId === null ? null : { id: row.followUpId, number: row.followUpNumber ?? 0 },
  };
}

/** Somebody else wrote last and the caller has not seen it. For the desk, only while there is something to do. */
function isUnread(row: TicketRow, actor: Actor): boolean {
  if (row.lastRid === null || row.lastAuthorRid === actor.userRid) return false;
  if (isStaff(actor) && (row.status === 'solved' || row.status === 'closed')) return false;
  return row.lastRid > (row.readRid ?? 0);
}

function toSnippet(row: TicketRow): TicketDto['snippet'] {
  if (row.lastKind === null || row.lastAuthorId === null || row.lastCreatedAt === null) return null;
  return {
    kind: row.lastKind,
    author: { id: row.lastAuthorId, name: row.lastAuthorName ?? '', role: row.lastAuthorRole ?? 'customer' },
    text: plainSnippet(row.lastBody ?? ''),
    createdAt: toIso(row.lastCreatedAt),
  };
}
