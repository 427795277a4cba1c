import { Writable } from 'node:stream';
import { LOG_LEVELS } from './logging.config';
import type { LogLevel } from './logging.config';

const MESSAGE = Symbol.for('message');
const LEVEL = Symbol.for('level');

/** How it stands with the lines that were given so far. */
export interface LogDelivery {
  /** Lines that wait to be written. */
  readonly queued: number;
  /** Lines that were given up since the start: no room, or refused for good. */
  readonly dropped: number;
  /** Why lines are not getting through at present, in one line; null when they are. */
  readonly failure: string | null;
  /** When that began, milliseconds since 1970. */
  readonly failingSince: number | null;
}

/** A line as winston hands it over: fields, and level and text under symbols. */
export type LineInfo = Record<string | symbol, unknown>;

/**
 * A winston transport that keeps whole lines. Taking one never waits, whatever becomes of it: a request is not to be
 * held up by its log.
 */
export abstract class LineTransport extends Writable {
  /** @param leastLevel least grave level that is kept; the logger's own without it */
  constructor(private readonly leastLevel: LogLevel = 'debug') {
    super({ objectMode: true });
  }

  override _write(info: LineInfo, _encoding: string, next: () => void): void {
    this.log(info, next);
  }

  /** winston's name for `_write`. Lines graver than the transport's level pass, the logger has sieved by its own. */
  log(info: LineInfo, next: () => void): void {
    const level = LOG_LEVELS[info[LEVEL] as LogLevel];
    if (level <= LOG_LEVELS[this.leastLevel]) this.keep(String(info[MESSAGE]), level, info);
    next();
  }

  abstract delivery(): LogDelivery;

  /** Resolves when every line given so far is where it belongs, or was given up; later lines are dropped. */
  abstract finish(): Promise<void>;

  /** @param level as in LOG_LEVELS */
  protected abstract keep(line: string, level: number, info: LineInfo): void;
}
