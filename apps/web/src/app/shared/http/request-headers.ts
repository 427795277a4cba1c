/** Headers of a write that must not overtake another's: answers 412 when the ticket has moved on. */
export function ifMatch(version: number): Record<string, string> {
  return { 'If-Match': `"${version}"` };
}

/** Headers of a creation that may be tried again: the same key and body give the first answer. */
export function idempotencyKey(key: string): Record<string, string> {
  return { 'Idempotency-Key': key };
}
