const FIRST_MS = 15_000;
const FACTOR = 4;
const LONGEST_MS = 6 * 3_600_000;

/**
 * How long after the nth attempt the next one comes, a quarter more or less by chance, so that what failed together does not
 * come back together: 15 s, 1 min, 4 min .. 6 h. Ten attempts span a day.
 */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const delay = Math.min(FIRST_MS * FACTOR ** (attempt - 1), LONGEST_MS);
  return Math.round(delay * (0.75 + random() / 2));
}
