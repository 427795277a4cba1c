import { ValidationError } from './domain-error';

/** A place in a keyset-paged list: the sort keys of the last row shown, after the name of the order they belong to. */
export type CursorKeys = readonly (number | string)[];

export function encodeCursor(order: string, keys: CursorKeys): string {
  return Buffer.from(JSON.stringify([order, ...keys])).toString('base64url');
}

/** The order that a cursor belongs to; null for what is no cursor. */
export function orderOfCursor(cursor: string): string | null {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(decoded) && typeof decoded[0] === 'string' ? decoded[0] : null;
  } catch {
    return null;
  }
}

/**
 * @param count how many keys this order has
 * @param texts how many of them, the first ones, are text; the others are whole numbers from 0
 * @throws ValidationError when the cursor was not made by encodeCursor() for this order
 */
export function decodeCursor(cursor: string, order: string, count: number, texts = 0): CursorKeys {
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw badCursor();
  }
  if (!Array.isArray(decoded) || decoded.length !== count + 1) throw badCursor();
  const [name, ...keys] = decoded as unknown[];
  const fits = (key: unknown, index: number): boolean =>
    index < texts ? typeof key === 'string' : Number.isSafeInteger(key) && (key as number) >= 0;
  if (name !== order || !keys.every(fits)) throw badCursor();
  return keys as CursorKeys;
}

function badCursor(): ValidationError {
  return ValidationError.of('/cursor', 'This cursor does not belong to this list: start again without it');
}
