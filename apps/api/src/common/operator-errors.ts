import { StartupError } from './startup-error';

/** How an operator's command ends that does not end well: one line, and an exit code that a script can go by. */
export abstract class OperatorError extends StartupError {
  abstract readonly exitCode: number;
}

/** Something speaks against it. Nothing was written. */
export class RefusedError extends OperatorError {
  readonly exitCode = 3;
}

/** Two things that should be the same are not. The message names where they differ. */
export class DifferenceError extends OperatorError {
  readonly exitCode = 4;
}

/** Somebody pressed Ctrl-C or sent SIGTERM; the message says what state things are in. */
export class InterruptedError extends OperatorError {
  readonly exitCode = 130;
}
