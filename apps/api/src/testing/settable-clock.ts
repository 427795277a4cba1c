import { Clock } from '../common/clock';

/** Starts at the real time, each reading a millisecond later than the last, and moves on when it is told to. */
export class SettableClock extends Clock {
  private offset = 0;

  now(): number {
    return Date.now() + this.offset;
  }

  /** @param ms how far, forward */
  advance(ms: number): void {
    this.offset += ms;
  }
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
