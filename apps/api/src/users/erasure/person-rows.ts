import type { EntityManager } from 'typeorm';
import { ConflictError, ForbiddenError, NotFoundError } from '../../common/domain-error';
import { LIMIT } from '../../database/columns';
import { dialectOf } from '../../database/dialect';
import { searchEngineOf } from '../../search/search-engine';
import type { User } from '../user.entity';
import { MARKED, isMarked, markOf } from './mark';

/*
 * All that a desk knows of a customer, table by table: the one place that reaches into everybody's tables. What stands in
 * none of these statements goes by the foreign keys' ON DELETE CASCADE; erasure.spec.ts looks through every table.
 */

type Person = Pick<User, 'rid' | 'id' | 'role' | 'emailNorm'>;

const HOLD = 'select rid from "user" where id = ? or rid = ? order by rid';
const FIND = 'select rid, id, role, email_norm as "emailNorm" from "user" where id = ?';
const IS_ADMIN = `select 1 from "user" where rid = ? and role = 'admin' and disabled_at is null`;

/** Where somebody left their name in tickets that are not theirs: only who works at the desk can. */
const traces = (join: string): string => `
  select 1 from message m ${join} ticket t on t.rid = m.ticket_rid where m.author_rid = ? and t.requester_rid <> ?
  union all select 1 from ticket_event e ${join} ticket t on t.rid = e.ticket_rid where e.actor_rid = ? and t.requester_rid <> ?
  union all select 1 from attachment a ${join} ticket t on t.rid = a.ticket_rid where a.uploaded_by_rid = ? and t.requester_rid <> ?
  union all select 1 from ticket where assignee_rid = ? and requester_rid <> ? limit 1`;

const FORGET_NAME = `
  update "user" set email = ?, email_norm = ?, name = 'Erased', password_hash = null, language = null,
    disabled_at = coalesce(disabled_at, ?) where rid = ?`;
/** A registration that was sent with an Idempotency-Key is kept as nobody's; sent again, it would look for this account. */
const FORGET_REGISTRATION = 'delete from idempotency_key where user_rid = 0 and answer = ?';

/**
 * From its commit on nobody signs in as this person, no mail is sent to them, and neither name nor address stands anywhere
 * but in their tickets, with the mail and the search documents of these.
 * @param byRid the admin who asked for it
 * @returns the person's row key
 * @throws NotFoundError, ConflictError, ForbiddenError
 */
export async function markPerson(
  manager: EntityManager,
  id: string,
  byRid: number | undefined,
  now: number,
): Promise<number> {
  await manager.query(`${HOLD} ${dialectOf(manager).lock()}`, [id, byRid ?? 0]);
  if (byRid !== undefined && (await manager.query<unknown[]>(IS_ADMIN, [byRid])).length === 0)
    throw new ForbiddenError('Your role does not allow this');
  const [person] = await manager.query<Person[]>(FIND, [id]);
  if (!person) throw new NotFoundError('There is no such user');
  const { rid } = person;
  if (isMarked(person)) return rid;
  // First: on PostgreSQL it waits for whoever is about to refer to this person, and what they did is looked at next.
  await manager.query(FORGET_NAME, [markOf(id), markOf(id), now, rid]);
  await assertErasable(manager, person, byRid);
  await manager.query('delete from session where user_rid = ?', [rid]);
  await manager.query('delete from password_reset where user_rid = ?', [rid]);
  await manager.query(FORGET_REGISTRATION, [JSON.stringify({ userRid: rid })]);
  return rid;
}

async function assertErasable(manager: EntityManager, { rid, role }: Person, byRid?: number): Promise<void> {
  if (rid === byRid) throw new ConflictError('You cannot erase yourself: ask another admin');
  const theirs = 'what they did in the tickets of others stays, with their name. Disable them instead';
  if (role !== 'customer') throw new ConflictError(`They work at this desk: ${theirs}`);
  const found: unknown[] = await manager.query(
    traces(dialectOf(manager).joinThen),
    Array.from({ length: 8 }, () => rid),
  );
  if (found.length > 0) throw new ConflictError(`They have worked at this desk: ${theirs}`);
}

/** Those whose erasure has begun and not come to its end: public ids. */
export async function markedPeople(manager: EntityManager): Promise<string[]> {
  const rows: { id: string }[] = await manager.query(
    `select id from "user" where ${MARKED} order by rid limit 100`,
  );
  return rows.map(({ id }) => id);
}

export interface ErasedTickets {
  tickets: number;
  /** Of the objects whose rows are gone. */
  keys: string[];
}

const NEXT = `select rid from ticket where requester_rid = ? order by rid ${LIMIT}`;
const TAGS = `
  select g.rid, count(*) as carried from ticket_tag tt join tag g on g.rid = tt.tag_rid
  where tt.ticket_rid`;
const UNCOUNT = 'update tag set ticket_count = ticket_count - ? where rid = ?';
/** A tag may well be a name. */
const FORGET_TAG = `
  delete from tag where rid = ? and ticket_count <= 0 and not exists (select 1 from ticket_tag where tag_rid = tag.rid)`;

/** Some of this person's tickets, with all that hangs on them. */
export async function eraseTickets(
  manager: EntityManager,
  requesterRid: number,
  most: number,
): Promise<ErasedTickets> {
  const { lock, amongFew, integers } = dialectOf(manager);
  const rows: { rid: number }[] = await manager.query(`${NEXT} ${lock()}`, [requesterRid, most]);
  if (rows.length === 0) return { tickets: 0, keys: [] };
  const numbers = rows.map(({ rid }) => rid);
  const rids = JSON.stringify(numbers);
  const those = amongFew(`select value from ${integers('those')}`);
  const files: { key: string }[] = await manager.query(
    `delete from attachment where ticket_rid ${those} returning storage_key as key`,
    [rids],
  );
  // In the order in which all others take hold of tags.
  const tags: { rid: number; carried: number }[] = await manager.query(
    `${TAGS} ${those} group by g.rid, g.name order by g.name`,
    [rids],
  );
  await manager.query(`delete from ticket_tag where ticket_rid ${those}`, [rids]);
  for (const { rid, carried } of tags) {
    await manager.query(UNCOUNT, [carried, rid]);
    await manager.query(FORGET_TAG, [rid]);
  }
  await manager.query(`update ticket set follow_up_of_rid = null where follow_up_of_rid ${those}`, [rids]);
  await searchEngineOf(manager).remove(manager, numbers);
  await manager.query(`delete from ticket where rid ${those}`, [rids]);
  return { tickets: rows.length, keys: files.map(({ key }) => key) };
}

/**
 * The account, once no ticket is left.
 * @returns not done where a request that had begun before the mark has opened one more ticket since
 */
export async function endPerson(
  manager: EntityManager,
  rid: number,
): Promise<{ done: boolean; keys: string[] }> {
  // Unlike the dialect's lock this one waits for rows that are about to refer to this one, and keeps others from coming.
  const lock = dialectOf(manager).name === 'postgres' ? 'for update' : '';
  await manager.query(`select rid from "user" where rid = ? ${lock}`, [rid]);
  const left: unknown[] = await manager.query('select 1 from ticket where requester_rid = ? limit 1', [rid]);
  if (left.length > 0) return { done: false, keys: [] };
  const staged: { key: string }[] = await manager.query(
    'delete from attachment where uploaded_by_rid = ? and ticket_rid is null returning storage_key as key',
    [rid],
  );
  await manager.query('delete from idempotency_key where user_rid = ?', [rid]);
  await manager.query('delete from "user" where rid = ?', [rid]);
  return { done: true, keys: staged.map(({ key }) => key) };
}
