import { Actor, isStaff } from '../auth/actor';

/**
 * The condition that finds a ticket by id or number among those that the caller may see, over unprefixed columns of
 * `ticket`. Four fixed texts, so that their statements stay prepared.
 */
export function ticketRef(actor: Actor, ref: string): { where: string; values: (string | number)[] } {
  const byNumber = /^\d{1,15}$/.test(ref);
  const key = byNumber ? Number(ref) : ref.toLowerCase();
  const where = byNumber ? 'rid = cast(? as bigint)' : 'id = ?';
  return isStaff(actor)
    ? { where, values: [key] }
    : { where: `${where} and requester_rid = ?`, values: [key, actor.userRid] };
}
