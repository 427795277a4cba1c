import { EntityManager } from 'typeorm';

const TAG =
  'insert into tag (name) values (?) on conflict (name) do update set name = excluded.name returning rid';
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
  for (const name of added) {
    const [tag]: { rid: number }[] = await manager.query(TAG, [name]);
    await manager.query('insert into ticket_tag (tag_rid, ticket_rid) values (?, ?)', [tag?.rid, ticketRid]);
    await manager.query('update tag set ticket_count = ticket_count + 1 where rid = ?', [tag?.rid]);
  }
  for (const name of removed) {
    const [tag]: { rid: number }[] = await manager.query(TAG, [name]);
    await manager.query('delete from ticket_tag where tag_rid = ? and ticket_rid = ?', [tag?.rid, ticketRid]);
    await manager.query('update tag set ticket_count = ticket_count - 1 where rid = ?', [tag?.rid]);
  }
  return added.length + removed.length > 0;
}
