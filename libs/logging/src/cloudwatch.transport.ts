import { eventText } from './event-text';
import { LineTransport } from './line.transport';
import type { LineInfo, LogDelivery } from './line.transport';
import { LogQueue } from './log-queue';
import type { LogEvent } from './log-queue';
import { LogSinkError } from './log-sink';
import type { LogSink } from './log-sink';

export interface CloudWatchTransportOptions {
  /** Called when there is a first line to send. */
  readonly openSink: () => Promise<LogSink>;
  /** The line that stands where others are missing. */
  readonly noticeOf: (dropped: number) => string;
  /** Bytes that wait at most, as CloudWatch counts them, 8 MB by default: 30,000 lines of requests, 20 MB of heap. */
  readonly mostBytes?: number;
  /** Lines wait so long for others to go with, 1,000 by default. */
  readonly flushAfterMs?: number;
  /** How long one call may take, 10,000 by default. */
  readonly callMs?: number;
  /** How long closing may take, 3,000 by default. */
  readonly finishMs?: number;
  /** The first pause after a failure, 500 by default; each further one is twice as long, to 30 s. */
  readonly firstPauseMs?: number;
}

const DEFAULTS = {
  mostBytes: 8 * 1_048_576,
  flushAfterMs: 1_000,
  callMs: 10_000,
  finishMs: 3_000,
  firstPauseMs: 500,
};
const FLUSH_AT_BYTES = 256 * 1_024;
const LONGEST_PAUSE_MS = 30_000;
/** While the process ends there is no time for longer ones. */
const LAST_PAUSE_MS = 250;

/**
 * Sends lines to CloudWatch Logs in batches, one call at a time and in order. What does not get through is tried again
 * while there is room for it. It says nothing through the logger that it serves: a change of its state is one line on
 * stderr, and `delivery()` has the numbers.
 */
export class CloudWatchTransport extends LineTransport {
  private readonly options: Required<CloudWatchTransportOptions>;
  private readonly queue: LogQueue;
  private sink: Promise<LogSink> | undefined;
  /** Taken from the queue, on its way, perhaps not for the first time. */
  private batch: LogEvent[] = [];
  private failure: string | null = null;
  private failingSince: number | null = null;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private finishing: Promise<void> | undefined;
  private over = false;
  private wake: (() => void) | undefined;

  constructor(options: CloudWatchTransportOptions) {
    super();
    this.options = { ...DEFAULTS, ...options };
    this.queue = new LogQueue(this.options.mostBytes);
  }

  delivery(): LogDelivery {
    const { queue, batch, failure, failingSince } = this;
    return { queued: queue.size + batch.length, dropped: queue.dropped, failure, failingSince };
  }

  finish(): Promise<void> {
    this.finishing ??= this.finishInTime();
    return this.finishing;
  }

  /** Called by winston when it lets go of the transport. */
  close(): void {
    void this.finish();
  }

  protected override keep(line: string, _level: number, info: LineInfo): void {
    if (this.finishing) return;
    this.queue.push({ timestamp: Date.now(), message: eventText(line, info) });
    if (this.sending) return;
    if (this.queue.bytes >= FLUSH_AT_BYTES) this.start();
    else this.timer ??= setTimeout(() => this.start(), this.options.flushAfterMs).unref();
  }

  private start(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sending ??= this.send().finally(() => {
      this.sending = undefined;
      const waiting = this.queue.size > 0 && !this.finishing;
      if (waiting) this.timer ??= setTimeout(() => this.start(), this.options.flushAfterMs).unref();
    });
  }

  /** Until what waits is too little for a call of its own; when the process ends, until nothing does. */
  private async send(): Promise<void> {
    do {
      if (this.batch.length === 0) this.batch = this.queue.take(this.options.noticeOf);
      if (this.batch.length > 0) await this.attempt();
    } while (!this.over && (this.batch.length > 0 || this.hasEnough()));
  }

  private hasEnough(): boolean {
    return this.queue.size > 0 && (this.finishing !== undefined || this.queue.bytes >= FLUSH_AT_BYTES);
  }

  private async attempt(): Promise<void> {
    try {
      this.sink ??= this.options.openSink().catch((error: unknown) => {
        this.sink = undefined;
        throw error;
      });
      const rejected = await this.call(await this.sink);
      this.batch = [];
      this.queue.giveUp(rejected);
      this.noteSuccess();
    } catch (error) {
      this.noteFailure(error);
      if (error instanceof LogSinkError && !error.retry) {
        this.queue.giveUpBatch(this.batch.length);
        this.batch = [];
      }
      if (!this.over) await this.pause();
    }
  }

  private async call(sink: LogSink): Promise<number> {
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new LogSinkError('no answer in time', true));
        abort.abort();
      }, this.options.callMs).unref();
    });
    try {
      return await Promise.race([sink.put(this.batch, abort.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private pause(): Promise<void> {
    const { firstPauseMs } = this.options;
    const most = this.finishing ? LAST_PAUSE_MS : LONGEST_PAUSE_MS;
    const pause =
      Math.min(most, firstPauseMs * 2 ** Math.min(this.failures - 1, 16)) * (0.5 + Math.random() / 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private noteSuccess(): void {
    if (this.failure !== null) process.stderr.write('Log lines get through again\n');
    this.failure = this.failingSince = null;
    this.failures = 0;
  }

  private noteFailure(error: unknown): void {
    const failure = error instanceof LogSinkError ? error.message : `${(error as Error).name} while sending`;
    if (this.failure === null) process.stderr.write(`Log lines do not get through: ${failure}\n`);
    this.failingSince ??= Date.now();
    this.failure = failure;
    this.failures += 1;
  }

  private async finishInTime(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.options.finishMs);
    });
    // A turn later, so that `finishing` is set for whoever looks at it.
    await Promise.resolve();
    this.wake?.();
    await Promise.race([this.sendAll(), late]);
    clearTimeout(timer);
    this.over = true;
    clearTimeout(this.timer);
    const lost = this.queue.size + this.batch.length;
    if (lost > 0) process.stderr.write(`${lost} log lines were lost: ${this.failure ?? 'no time left'}\n`);
    (await this.sink?.catch(() => undefined))?.close();
  }

  private async sendAll(): Promise<void> {
    await this.sending;
    this.start();
    await this.sending;
  }
}
