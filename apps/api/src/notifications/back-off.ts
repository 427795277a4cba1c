const FIRST_MS = 3_000;
const FACTOR = 4;
const LONGEST_MS = 6 * 3_600_000;

/**
 * How long after the nth attempt the next one comes, a quarter more or less by chance, so that what failed together does not
 * come back together: 3 s, 12 s, 48 s .. 6 h. Ten attempts span most of a day.
 */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(FIRST_MS * FACTOR ** (attempt - 1), LONGEST_MS);
  return Math.round(delay * (0.75 + random() / 2));
}
