import type { LogEvent } from './log-queue';

/** Why events did not get through, in one line. */
export class LogSinkError extends Error {
  override readonly name = 'LogSinkError';

  /** @param retry false: the same events will never get through */
  constructor(
    message: string,
    readonly retry: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** One call to a service that keeps log events. */
export interface LogSink {
  /**
   * @returns how many of them the service did not want, being too old or too new
   * @throws LogSinkError
   */
  put(events: LogEvent[], signal: AbortSignal): Promise<number>;
  close(): void;
}
