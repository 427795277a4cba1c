/** A line and when it was given, in the words of CloudWatch Logs. */
export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

interface HeldEvent extends LogEvent {
  readonly bytes: number;
}

/** Counted by CloudWatch Logs for each event. */
const OVERHEAD = 26;
const BATCH_BYTES = 1_048_576;
const BATCH_EVENTS = 10_000;
const BATCH_SPAN_MS = 24 * 3_600_000;
/** A clock that goes back by more was wrong: lines of the right time must not be sent as of the wrong one. */
const STEP_BACK_MS = 60_000;
/** Consumed places are given back when there are so many: an array shifted at each line would copy itself each time. */
const COMPACT_AT = 4_096;

/** Lines that wait, no more than so many bytes of them: when there is no room the oldest go, and are counted. */
export class LogQueue {
  private events: HeldEvent[] = [];
  private first = 0;
  private unreported = 0;
  /** Of how many the notice tells that is first in the batch which was taken last; 0 where it has none. */
  private inNotice = 0;
  private given = 0;
  /** Bytes that wait, as CloudWatch Logs counts them. */
  bytes = 0;

  constructor(private readonly mostBytes: number) {}

  get size(): number {
    return this.events.length - this.first;
  }

  /** Lines that were given up since the start. */
  get dropped(): number {
    return this.given;
  }

  push(event: LogEvent): void {
    const bytes = Buffer.byteLength(event.message) + OVERHEAD;
    this.events.push({ ...event, bytes });
    this.bytes += bytes;
    while (this.bytes > this.mostBytes && this.size > 1) {
      this.shift();
      this.giveUp(1);
    }
  }

  /** Counts lines that will not get through. */
  giveUp(count: number): void {
    this.given += count;
    this.unreported += count;
  }

  /** The whole batch that was taken last: what its notice told of has not been told then, and it was no line itself. */
  giveUpBatch(events: number): void {
    const notices = this.inNotice > 0 ? 1 : 0;
    this.giveUp(events - notices);
    this.unreported += this.inNotice;
    this.inNotice = 0;
  }

  /**
   * What may go in one call, oldest first, in chronological order though a clock went back a little. Where lines are missing
   * before it, its first event says how many.
   */
  take(noticeOf: (dropped: number) => string): LogEvent[] {
    const batch: LogEvent[] = [];
    let room = BATCH_BYTES;
    const began = this.events[this.first]?.timestamp ?? 0;
    const add = (timestamp: number, message: string, bytes: number): void => {
      room -= bytes;
      batch.push({ timestamp: Math.max(timestamp, batch.at(-1)?.timestamp ?? 0), message });
    };
    this.inNotice = this.size > 0 ? this.unreported : 0;
    if (this.inNotice > 0) {
      const notice = noticeOf(this.inNotice);
      this.unreported = 0;
      add(began, notice, Buffer.byteLength(notice) + OVERHEAD);
    }
    for (let next = this.events[this.first]; next !== undefined; next = this.events[this.first]) {
      const last = batch.at(-1)?.timestamp ?? next.timestamp;
      const isNear = next.timestamp - began <= BATCH_SPAN_MS && last - next.timestamp <= STEP_BACK_MS;
      if (next.bytes > room || batch.length === BATCH_EVENTS || !isNear) break;
      this.shift();
      add(next.timestamp, next.message, next.bytes);
    }
    return batch;
  }

  private shift(): void {
    this.bytes -= this.events[this.first]?.bytes ?? 0;
    this.first += 1;
    if (this.first < COMPACT_AT && this.first < this.events.length) return;
    this.events = this.events.slice(this.first);
    this.first = 0;
  }
}
