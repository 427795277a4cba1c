import { Command } from 'commander';
import { OperatorError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import { ProgressLine } from './progress-line';

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused and nothing was written, 4 differences found, 130 interrupted.`;

export interface OperatorOptions {
  json?: true;
}

/** Where a command says what it does: lines for people, or one JSON object at the end for programs. */
export class Output {
  readonly progress: ProgressLine;
  private readonly lines: NodeJS.WriteStream;

  constructor(private readonly json: boolean) {
    this.lines = json ? process.stderr : process.stdout;
    this.progress = new ProgressLine(this.lines);
  }

  line(text: string): void {
    this.progress.end();
    this.lines.write(`${text}\n`);
  }

  /**
   * The last word of a command that succeeded.
   * @param value what `--json` prints, with `ok: true`
   * @param text what people read
   */
  result(value: object, text: string): void {
    this.progress.end();
    process.stdout.write(this.json ? `${JSON.stringify({ ok: true, ...value })}\n` : `${text}\n`);
  }

  failure(error: unknown): void {
    this.progress.end();
    const message = wordsOf(error);
    if (this.json)
      process.stdout.write(
        `${JSON.stringify({ ok: false, error: message, exitCode: exitCodeOf(error), ...detailsOf(error) })}\n`,
      );
    process.stderr.write(`${message}\n`);
  }
}

/** A command of the operators' frame: `--json`, and its exit codes in `--help`. */
export function operatorCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--json', 'print one JSON object at the end; what people read goes to stderr')
    .addHelpText('after', EXIT_CODES);
}

type Work<Options> = (options: Options, output: Output, signal: AbortSignal) => Promise<void>;

/**
 * What a command does with its options. Its signal is aborted by the first SIGINT or SIGTERM, so that the work can come to
 * an end in good order; a second one ends the process at once.
 */
export function action<Options extends OperatorOptions>(
  work: Work<Options>,
): (options: Options) => Promise<void> {
  return async (options) => {
    const output = new Output(options.json ?? false);
    const interrupt = new AbortController();
    const onSignal = (): void => interrupt.abort();
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    try {
      await work(options, output, interrupt.signal);
    } catch (error) {
      output.failure(error);
      process.exitCode = exitCodeOf(error);
    } finally {
      output.progress.end();
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  };
}

export const exitCodeOf = (error: unknown): number => (error instanceof OperatorError ? error.exitCode : 1);

/** Expected ones in a line, ours by mistake with their stack. */
export function wordsOf(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  const { stack, status } = error as Error & { status?: unknown };
  // Errors of ours that an API answers with carry a status, and a message for people.
  return typeof status === 'number' ? (error as Error).message : (stack ?? String(error));
}

/** What an error brings for programs. */
function detailsOf(error: unknown): object {
  const { details } = (error ?? {}) as { details?: object };
  return details === undefined ? {} : { details };
}
