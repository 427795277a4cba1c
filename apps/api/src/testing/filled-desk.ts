import type { DataSource } from 'typeorm';

/** Texts that have hurt somebody: escapes of COPY, other scripts, both directions, marks that join, JSON with a key twice. */
export const HARD_TEXTS: readonly string[] = [
  'a\tb\nc\r\nd\\e\\N\\.',
  '\b\f\v \\n \\x41',
  '👩🏽‍🚀 🏳️‍🌈 zalgo: e̸̛̗',
  'שלום עולם‏ — مرحبا بالعالم ‫',
  '日本語 한국어 ไทย',
  `quotes ' " \` $$ ; -- /* */ %s`,
  '{"a":1,"a":2,"":null}',
  '',
  '\u0001\u001f\u007f\u0085\u2028\ufeff\uffff',
];

const AT = 1_795_305_600_000;

/** A small desk with every kind of row that moves care about, written with plain SQL: numbers go on behind a ticket that is gone. */
export async function fillDesk(dataSource: DataSource, tickets = 30): Promise<void> {
  await dataSource.transaction(async (manager) => {
    const insert = (table: string, row: Record<string, unknown>) =>
      manager.query(
        `insert into "${table}" (${Object.keys(row)
          .map((name) => `"${name}"`)
          .join(', ')}) values (${Object.keys(row)
          .map(() => '?')
          .join(', ')})`,
        Object.values(row),
      );
    const text = (index: number): string => HARD_TEXTS[index % HARD_TEXTS.length] as string;
    for (let rid = 1; rid <= 5; rid += 1) {
      const email = `Person.${rid}@Example.com`;
      await insert('user', {
        ...{ id: id('u', rid), email, email_norm: email.toLowerCase(), name: `Person ${rid} ${text(rid)}` },
        ...{ role: rid === 1 ? 'admin' : rid < 4 ? 'agent' : 'customer', created_at: AT + rid },
        ...{ password_hash: rid === 5 ? null : `$argon2id$${rid}`, language: rid === 2 ? 'de' : null },
      });
      await insert('session', {
        ...{ id: id('s', rid), user_rid: rid, user_agent: text(rid), created_at: AT, last_used_at: AT },
        ...{ expires_at: AT * 2, ended_at: rid === 3 ? AT + 1 : null },
      });
      await insert('refresh_token', { hash: `hash ${rid}`, session_rid: rid, created_at: AT, used_at: null });
    }
    for (let rid = 1; rid <= tickets; rid += 1) {
      await insert('ticket', {
        ...{
          id: id('t', rid),
          subject: `Subject ${rid} ${text(rid)}`,
          status: 'open',
          priority: rid % 4,
          channel: 'web',
        },
        ...{
          requester_rid: 4 + (rid % 2),
          assignee_rid: rid % 3 === 0 ? null : 2,
          last_message_rid: rid * 2,
        },
        ...{
          last_reply_rid: rid * 2 - 1,
          created_at: AT + rid,
          updated_at: AT + rid,
          customer_updated_at: AT + rid,
        },
        ...{ follow_up_of_rid: rid > 10 ? rid - 10 : null, version: rid },
      });
      for (const [place, kind] of ['reply', 'note'].entries())
        await insert('message', {
          ...{ id: id('m', rid * 2 - 1 + place), ticket_rid: rid, author_rid: 4, kind },
          ...{ body: `Body ${rid} ${text(rid + place)}`, created_at: AT + rid },
        });
      await insert('ticket_event', {
        ...{ id: id('e', rid), ticket_rid: rid, actor_rid: 2, type: 'subject', from_value: null },
        ...{ to_value: JSON.stringify(text(rid)), created_at: AT + rid },
      });
      await insert('attachment', {
        ...{
          id: id('a', rid),
          ticket_rid: rid,
          message_rid: rid * 2 - 1,
          uploaded_by_rid: 4,
          customer_visible: 1,
        },
        ...{ filename: `file ${rid}.txt`, mime_type: 'text/plain', size: 5_000_000_000 + rid },
        ...{ sha256: 'ab'.repeat(32), storage_key: `attachments/${rid}`, created_at: AT },
      });
    }
    await insert('tag', { name: 'müde', ticket_count: 2 });
    await insert('ticket_tag', { tag_rid: 1, ticket_rid: 1 });
    await insert('ticket_read', { user_rid: 2, ticket_rid: 1, message_rid: 1 });
    await insert('mail_block', {
      email_norm: 'gone@example.com',
      kind: 'bounce',
      reason: text(0),
      created_at: AT,
    });
    await insert('notification_opt_out', { user_rid: 4, kind: 'solved' });
    await insert('idempotency_key', {
      user_rid: 2,
      key: 'k',
      fingerprint: 'f',
      answer: '{"a":1,"a":2}',
      created_at: AT,
    });
    await insert('user', {
      id: id('u', 6),
      email: 'x@y',
      email_norm: 'x@y',
      name: 'gone',
      role: 'customer',
      created_at: AT,
    });
    await manager.query(`delete from "user" where id = ?`, [id('u', 6)]);
  });
}

const id = (kind: string, number: number): string => `${kind}-${String(number).padStart(8, '0')}`;
