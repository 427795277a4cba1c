import { closeLogger, type Logger } from '@liftdesk/logging';

/** The part of `process` that is used here. */
export interface CrashingProcess {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (thrown: unknown) => void): unknown;
  exit(code: number): unknown;
}

/**
 * What nobody caught ends the process, with 1 and a line in the error log: its state is not known any more. No acknowledged
 * write is lost, since each is on disk before its answer goes out; what is under way was not acknowledged.
 */
export function exitOnCrash(logger: Logger, target: CrashingProcess = process): void {
  let crashed = false;
  const crash = (origin: string, thrown: unknown): void => {
    if (crashed) {
      target.exit(1);
      return;
    }
    crashed = true;
    logger.log({ level: 'fatal', message: 'process.crashed', origin, error: errorOf(thrown) });
    void closeLogger(logger).finally(() => target.exit(1));
  };
  target.on('uncaughtException', (thrown) => crash('uncaughtException', thrown));
  target.on('unhandledRejection', (reason) => crash('unhandledRejection', reason));
}

/** What is no error may be anything, a request's body included: its type is all that is told. */
function errorOf(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`Something that is no error was thrown: ${typeof thrown}`);
}
