const LOCALE = 'en-GB';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clockTime = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const dayMonth = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short' });
const dayMonthYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric' });
const longDay = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long' });
const longDayYear = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long', year: 'numeric' });
const full = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'full', timeStyle: 'short' });

/** `just now`, `12 min ago`, `1 h ago`, `Today 08:15`, `Yesterday 19:12`, `3 Nov`, `3 Nov 2025`; `now` in epoch ms. */
export function ago(iso: string, now: number): string {
  const at = Date.parse(iso);
  const past = now - at;
  if (past < MINUTE && past > -MINUTE) return 'just now';
  if (past > 0 && past < HOUR) return `${Math.floor(past / MINUTE)} min ago`;
  if (past > 0 && past < 2 * HOUR) return '1 h ago';
  return day(iso, now);
}

/** `Today 08:15`, `Yesterday 19:12`, `3 Nov, 19:12`: when a message was written. */
export function moment(iso: string, now: number): string {
  const days = daysBetween(iso, now);
  return days === 0 || days === 1 ? day(iso, now) : `${day(iso, now)}, ${clockTime.format(Date.parse(iso))}`;
}

/** `2 November`, with the year when it is not this one. */
export function date(iso: string, now: number): string {
  const at = new Date(iso);
  return (at.getFullYear() === new Date(now).getFullYear() ? longDay : longDayYear).format(at);
}

/** `05:00` today, `27 Nov, 05:00` on another day: until when something lasts. */
export function until(iso: string, now: number): string {
  const time = clockTime.format(Date.parse(iso));
  return daysBetween(iso, now) === 0 ? time : `${day(iso, now)}, ${time}`;
}

/** `Sunday, 22 November 2026 at 10:24`, for tooltips. */
export function fullDate(iso: string): string {
  return full.format(Date.parse(iso));
}

/** How long, in the two largest units: `41 m`, `1 h 43`, `2 d 3 h`; milliseconds in. */
export function span(ms: number): string {
  const length = Math.max(0, ms);
  if (length < HOUR) return `${Math.floor(length / MINUTE)} m`;
  if (length < DAY) {
    return `${Math.floor(length / HOUR)} h ${String(Math.floor((length % HOUR) / MINUTE)).padStart(2, '0')}`;
  }
  const hours = Math.floor((length % DAY) / HOUR);
  return `${Math.floor(length / DAY)} d${hours ? ` ${hours} h` : ''}`;
}

function day(iso: string, now: number): string {
  const at = new Date(iso);
  const days = daysBetween(iso, now);
  if (days === 0) return `Today ${clockTime.format(at)}`;
  if (days === 1) return `Yesterday ${clockTime.format(at)}`;
  return (at.getFullYear() === new Date(now).getFullYear() ? dayMonth : dayMonthYear).format(at);
}

/** Midnights of this device's zone between the two; negative for the future. */
function daysBetween(iso: string, now: number): number {
  const midnight = (time: number) => {
    const at = new Date(time);
    return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  };
  return Math.round((midnight(now) - midnight(Date.parse(iso))) / DAY);
}
