import { EntityManager } from 'typeorm';

/** Also takes hold of the tag: its count changes next. */
const TAG =
  'insert into tag (name) values (?) on conflict (name) do update set name = excluded.name returning rid';
const CARRIED = 'insert into ticket_tag (tag_rid, ticket_rid) values (?, ?)';
const DROPPED = 'delete from ticket_tag where tag_rid = ? and ticket_rid = ?';
const COUNTED = 'update tag set ticket_count = ticket_count + ? where rid = ?';
const NAMES = `
  select g.name from ticket_tag tt join tag g on g.rid = tt.tag_rid where tt.ticket_rid = ? order by g.name`;

/** The names of a ticket's tags, in order. */
export async function tagsOf(manager: EntityManager, ticketRid: number): Promise<string[]> {
  const rows: { name: string }[] = await manager.query(NAMES, [ticketRid]);
  return rows.map((row) => row.name);
}

/** Makes these the ticket's tags and keeps each tag's count. @returns whether anything changed */
export async function setTags(
  manager: EntityManager,
  ticketRid: number,
  before: string[],
  after: string[],
): Promise<boolean> {
  const added = after.filter((tag) => !before.includes(tag));
  const removed = before.filter((tag) => !after.includes(tag));
  // By name, added and removed alike: who takes several at once takes them in the order that all others do.
  for (const name of [...added, ...removed].sort()) {
    const isAdded = added.includes(name);
    const [tag]: { rid: number }[] = await manager.query(TAG, [name]);
    await manager.query(isAdded ? CARRIED : DROPPED, [tag?.rid, ticketRid]);
    await manager.query(COUNTED, [isAdded ? 1 : -1, tag?.rid]);
  }
  return added.length + removed.length > 0;
}
