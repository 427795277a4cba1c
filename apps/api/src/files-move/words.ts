import type { FileTotals } from './attachment-source';
import type { FileDifference } from './differences';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** Such as `1.2 GB`, by thousands. */
export function bytesOf(bytes: number): string {
  let [amount, power] = [bytes, 0];
  for (; Math.round(amount) >= 1000 && power < UNITS.length - 1; power += 1) amount /= 1000;
  return `${power > 0 && amount < 9.95 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`;
}

export const totalsOf = ({ files, bytes }: FileTotals): string =>
  `${files.toLocaleString('en')} ${files === 1 ? 'file' : 'files'}, ${bytesOf(bytes)}`;

/** Without the name of the file, which is personal. */
export function wordsOfDifference({
  attachment,
  ticket,
  key,
  where,
  what,
  notMended,
}: FileDifference): string {
  const whose = ticket === null ? 'that waits for its message' : `of ticket ${ticket}`;
  const mending = notMended === undefined ? '' : `; not mended: ${notMended} there`;
  return `${what} in the ${where}: ${key}, attachment ${attachment} ${whose}${mending}`;
}

/** How fast it goes, and how long it takes yet, from the first bytes on. */
export class Pace {
  private readonly begunAt = performance.now();

  words(done: FileTotals, total: FileTotals): string {
    const seconds = (performance.now() - this.begunAt) / 1000;
    const rate = done.bytes / Math.max(seconds, 0.001);
    const left = rate > 0 ? `, ${durationOf((total.bytes - done.bytes) / rate)} left` : '';
    return `${done.files.toLocaleString('en')} of ${total.files.toLocaleString('en')} files, ${bytesOf(done.bytes)} of ${bytesOf(total.bytes)}, ${bytesOf(rate)}/s${left}`;
  }
}

export function durationOf(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.ceil(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
