import Database from 'better-sqlite3';
import { randomUUID } from 'node:crypto';
import { BareTicket, Row, ticketView } from './bare-views';

const NAMES = `
  join "user" r on r.rid = t.requester_rid left join "user" s on s.rid = t.assignee_rid left join ticket f on f.rid = t.follow_up_of_rid
  left join message l on l.rid = t.last_message_rid left join "user" la on la.rid = l.author_rid
  left join ticket_read rd on rd.user_rid = @me and rd.ticket_rid = t.rid`;
const COLUMNS = `
  t.*, r.id as r_id, r.name as r_name, r.email as r_email, s.id as s_id, s.name as s_name, f.id as f_id, f.rid as f_rid,
  l.kind as l_kind, substr(l.body, 1, 400) as l_body, l.created_at as l_at, la.rid as la_rid, la.id as la_id, la.name as la_name, la.role as la_role,
  rd.message_rid as rd_rid,
  (select json_group_array(name) from (select g.name from ticket_tag tt join tag g on g.rid = tt.tag_rid where tt.ticket_rid = t.rid order by g.name)) as tags,
  (select count(*) from attachment a where a.ticket_rid = t.rid) as files`;

const HITS = `from ticket_fts cross join ticket t on t.rid = ticket_fts.rowid where ticket_fts match @word`;

/** What somebody who knows SQLite writes by hand for the same answers: prepared statements, the same rows, no framework. */
export class BareDesk {
  private readonly db: Database.Database;
  private readonly one: Database.Statement<[Row], Row>;
  private readonly ridOf: Database.Statement<[string], number>;
  private readonly said: Database.Statement<[number], Row>;
  private readonly files: Database.Statement<[number, number, number], Row>;
  private readonly open: Database.Statement<[Row], Row>;
  private readonly hits: Database.Statement<[Row], Row>;
  private readonly count: Database.Statement<[Row], Row>;
  private readonly add: (subject: string, body: string) => number;

  /** @param me row key of whoever is taken to call: nobody signs in here */
  constructor(
    path: string,
    private readonly me: number,
  ) {
    this.db = new Database(path);
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'])
      this.db.pragma(pragma);
    this.one = this.db.prepare(`select ${COLUMNS} from ticket t ${NAMES} where t.id = @id`);
    this.ridOf = this.db.prepare<[string], number>('select rid from ticket where id = ?').pluck();
    this.said = this.db.prepare(
      `select m.*, u.id as u_id, u.name as u_name, u.role as u_role from message m join "user" u on u.rid = m.author_rid
       where m.ticket_rid = ? order by m.rid limit 26`,
    );
    this.files = this.db.prepare(
      'select * from attachment where ticket_rid = ? and +message_rid between ? and ? order by rid',
    );
    this.open = this.db.prepare(
      `select ${COLUMNS} from (select rid from ticket where status = 'open' order by rid desc limit 26) page
       join ticket t on t.rid = page.rid ${NAMES} order by t.rid desc`,
    );
    this.hits = this.db.prepare(
      `select ${COLUMNS} from (select t.rid ${HITS} order by ticket_fts.rowid desc limit 26) page
       join ticket t on t.rid = page.rid ${NAMES} order by t.rid desc`,
    );
    this.count = this.db.prepare(`select count(*) as n from (select 1 ${HITS} limit 1000)`);
    this.add = this.inserter();
  }

  ticket(id: string): BareTicket | null {
    const row = this.one.get({ me: this.me, id });
    return row ? ticketView(row, this.me) : null;
  }

  messages(id: string): unknown {
    const rid = this.ridOf.get(id);
    if (rid === undefined) return null;
    const rows = this.said.all(rid);
    if (rows.length > 0) this.files.all(rid, rows[0]?.['rid'] as number, rows.at(-1)?.['rid'] as number);
    return {
      items: rows.slice(0, 25).map((message) => ({
        id: message['id'],
        ticketId: id,
        author: { id: message['u_id'], name: message['u_name'], role: message['u_role'] },
        kind: message['kind'],
        body: message['body'],
        attachments: [],
        createdAt: new Date(message['created_at'] as number).toISOString(),
      })),
      nextCursor: rows.length > 25 ? cursor('messages', rows[24]?.['rid'] as number) : null,
    };
  }

  newestOpen(): unknown {
    const rows = this.open.all({ me: this.me });
    return { ...this.page(rows, '-createdAt'), order: '-createdAt' };
  }

  search(word: string): unknown {
    const { n } = this.count.get({ word }) as { n: number };
    const rows = this.hits.all({ me: this.me, word });
    return { ...this.page(rows, 'q'), order: '-createdAt', total: n, totalIsCapped: n >= 1000, hints: [] };
  }

  /** Ticket, first message, log entry and search document in one transaction, on disk when it returns. */
  create(subject: string, body: string): BareTicket {
    const rid = this.add(subject, body);
    const { id } = this.db.prepare('select id from ticket where rid = ?').get(rid) as { id: string };
    return this.ticket(id) as BareTicket;
  }

  private page(rows: Row[], order: string): { items: BareTicket[]; nextCursor: string | null } {
    const items = rows.slice(0, 25).map((row) => ticketView(row, this.me));
    return { items, nextCursor: rows.length > 25 ? cursor(order, rows[24]?.['rid'] as number) : null };
  }

  private inserter(): (subject: string, body: string) => number {
    const ticket = this.db.prepare(
      `insert into ticket (id, subject, status, priority, channel, requester_rid, created_at, updated_at, customer_updated_at, waiting_since)
       values (?, ?, 'new', 1, 'agent', ?, ?, ?, ?, ?)`,
    );
    const message = this.db.prepare(
      `insert into message (id, ticket_rid, author_rid, kind, body, created_at) values (?, ?, ?, 'reply', ?, ?)`,
    );
    const last = this.db.prepare('update ticket set last_message_rid = ?, last_reply_rid = ? where rid = ?');
    const event = this.db.prepare(
      `insert into ticket_event (id, ticket_rid, actor_rid, type, to_value, created_at) values (?, ?, ?, 'created', ?, ?)`,
    );
    const words = this.db.prepare(
      'insert into ticket_fts(rowid, subject, requester, body, note) values (cast(? as integer), ?, ?, ?, ?)',
    );
    const add = this.db.transaction((subject: string, body: string): number => {
      const now = Date.now();
      const rid = Number(ticket.run(randomUUID(), subject, this.me, now, now, now, now).lastInsertRowid);
      const said = message.run(randomUUID(), rid, this.me, body, now).lastInsertRowid;
      last.run(said, said, rid);
      event.run(randomUUID(), rid, this.me, JSON.stringify({ subject }), now);
      words.run(rid, tokens(subject), 'bench agent', tokens(body), '');
      return rid;
    });
    return add.immediate;
  }
}

const tokens = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
const cursor = (order: string, rid: number): string =>
  Buffer.from(JSON.stringify([order, rid])).toString('base64url');
