/** The time, so that tests can set it. */
export abstract class Clock {
  /** Milliseconds since 1970 in UTC. */
  abstract now(): number;
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}

/** ISO 8601 in UTC with milliseconds, as every time in the API is written. */
export function toIso(instant: number): string;
export function toIso(instant: number | null): string | null;
export function toIso(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}
