/** A row as better-sqlite3 gives it. */
export type Row = Record<string, unknown>;
/** A ticket in the shape of the API. */
export type BareTicket = Record<string, unknown>;

const PRIORITIES = ['low', 'normal', 'high', 'urgent'];
const NO_DUE_DATE = 253_402_300_799_999;

const iso = (instant: unknown): string | null =>
  instant === null ? null : new Date(instant as number).toISOString();

/** The answer of the API for this row, to the last field. */
export function ticketView(row: Row, me: number): BareTicket {
  const active = row['status'] !== 'solved' && row['status'] !== 'closed';
  const seen = (row['rd_rid'] as number | null) ?? 0;
  return {
    id: row['id'],
    number: row['rid'],
    subject: row['subject'],
    status: row['status'],
    priority: PRIORITIES[row['priority'] as number],
    requester: { id: row['r_id'], name: row['r_name'], email: row['r_email'] },
    assignee: row['s_id'] === null ? null : { id: row['s_id'], name: row['s_name'] },
    tags: JSON.parse(row['tags'] as string) as string[],
    channel: row['channel'],
    createdAt: iso(row['created_at']),
    updatedAt: iso(row['updated_at']),
    dueAt: row['due_at'] === NO_DUE_DATE ? null : iso(row['due_at']),
    waitingSince: iso(row['waiting_since']),
    firstResponseAt: iso(row['first_response_at']),
    solvedAt: iso(row['solved_at']),
    closedAt: iso(row['closed_at']),
    version: row['version'],
    unread: active && row['la_rid'] !== me && (row['last_message_rid'] as number) > seen,
    snippet: {
      kind: row['l_kind'],
      author: { id: row['la_id'], name: row['la_name'], role: row['la_role'] },
      text: snippetOf(row['l_body'] as string),
      createdAt: iso(row['l_at']),
    },
    attachmentCount: row['files'],
    followUpOf: row['f_id'] === null ? null : { id: row['f_id'], number: row['f_rid'] },
  };
}

function snippetOf(markdown: string): string {
  const plain = markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length <= 160 ? plain : `${plain.slice(0, 160).trimEnd()}…`;
}
