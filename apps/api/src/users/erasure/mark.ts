import type { User } from '../user.entity';

/** No address has a space, so that nobody registers as one who is being erased. */
const MARK = 'erased ';

/** In the place of the address of who is being erased. */
export const markOf = (id: string): string => MARK + id;

export const isMarked = ({ id, emailNorm }: Pick<User, 'id' | 'emailNorm'>): boolean =>
  emailNorm === markOf(id);

/** The same as a condition on "user": the range is for the index, and the id leaves alone whatever else stands there. */
export const MARKED = `email_norm >= '${MARK}' and email_norm < 'erased!' and email_norm = '${MARK}' || id`;
