import Database from 'better-sqlite3';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfDesk } from '../desks';
import { DESKS } from '../paths';

const MESSAGES_PER_TICKET = 5;

/**
 * A desk with five messages a ticket and a file for every second ticket, and nothing but these and their people: 650,000 rows
 * and the people for 100,000 tickets.
 */
export function ensureMoveDesk(tickets: number): string {
  const path = join(DESKS, `move-${tickets}.sqlite`);
  if (existsSync(path)) return path;
  const copy = copyOfDesk(tickets, 'move').path;
  const connection = new Database(copy);
  connection.pragma('foreign_keys = off');
  const messages = tickets * MESSAGES_PER_TICKET;
  const missing = messages - (connection.prepare('select count(*) from message').pluck().get() as number);
  connection.exec(`
    delete from ticket_event; delete from ticket_tag; delete from tag; delete from ticket_read;
    delete from message where rid > (select rid from message order by rid limit 1 offset ${Math.max(messages - 1, 0)});
    insert into message (id, ticket_rid, author_rid, kind, body, created_at)
      select printf('added-%d', rid), ticket_rid, author_rid, kind, body, created_at from message
      order by rid limit ${Math.max(missing, 0)};
    insert into attachment (id, ticket_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256, storage_key, created_at)
      select printf('file-%d', rid), rid, requester_rid, 1, printf('photo of %d.jpg', rid), 'image/jpeg', 20000 + rid,
        lower(hex(randomblob(32))), printf('attachments/%d/%s', rid, lower(hex(randomblob(16)))), created_at
      from ticket where rid % 2 = 0;
    update ticket set last_message_rid = (select max(rid) from message where ticket_rid = ticket.rid);
    pragma foreign_keys = on; vacuum;`);
  connection.pragma('wal_checkpoint(truncate)');
  connection.close();
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  renameSync(copy, path);
  return path;
}

/** Rows of the desk, by table, without the search index and SQLite's own. */
export function rowsOf(path: string): Map<string, number> {
  const connection = new Database(path, { readonly: true });
  const names = connection
    .prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like 'ticket_fts%'
       and name not in ('migrations', 'maintenance') order by rowid`,
    )
    .pluck()
    .all() as string[];
  const rows = names.map(
    (name) => [name, connection.prepare(`select count(*) from "${name}"`).pluck().get() as number] as const,
  );
  connection.close();
  return new Map(rows);
}
