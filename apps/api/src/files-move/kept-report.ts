import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartupError } from '../common/startup-error';
import type { FilesReport } from './move-files';
import { totalsOf, wordsOfDifference } from './words';

type Outcome = 'done' | 'differences' | 'interrupted' | 'failed';

interface Heading {
  version: string;
  from: string;
  to: string;
}

/** What a move was and came to, as JSON for programs and as text for people. Keys and ids are in it, no name of a file. */
export class KeptReport {
  private constructor(
    /** Without the extension. */
    readonly path: string,
    private readonly heading: Heading,
    private readonly startedAt: Date,
  ) {}

  /** Makes the folder, which nobody else may read. @throws StartupError */
  static async begin(folder: string, name: string, heading: Heading): Promise<KeptReport> {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(notKept(folder));
    const startedAt = new Date();
    const stamp = startedAt
      .toISOString()
      .replace(/[-:]|\.\d+Z/g, '')
      .replace('T', '-');
    return new KeptReport(join(folder, `${name}-${stamp}-${process.pid}`), heading, startedAt);
  }

  /** @returns the seconds that it took. @throws StartupError where the report cannot be kept */
  async end(outcome: Outcome, files: FilesReport, error?: unknown): Promise<number> {
    const endedAt = new Date();
    const seconds = (endedAt.getTime() - this.startedAt.getTime()) / 1000;
    const { copied, there, differences } = files;
    const report = {
      outcome,
      ...this.heading,
      startedAt: this.startedAt,
      endedAt,
      seconds,
      copied,
      there,
      differences: { count: differences.count, listed: differences.first },
      ...(error instanceof Error && { error: error.message }),
    };
    await this.write('json', JSON.stringify(report, null, 2));
    const { version, from, to } = this.heading;
    const lines = [
      `Files from ${from} to ${to}: ${outcome}`,
      `Liftdesk ${version}, from ${this.startedAt.toISOString()} to ${endedAt.toISOString()}, ${seconds} s`,
      `Copied and read back: ${totalsOf(copied)}`,
      `There already, and read back: ${totalsOf(there)}`,
      `Not arrived: ${differences.count}`,
      ...differences.first.map((one) => `  ${wordsOfDifference(one)}`),
      ...(error instanceof Error ? [error.message] : []),
    ];
    await this.write('txt', lines.join('\n'));
    return seconds;
  }

  private write(extension: string, text: string): Promise<void> {
    const file = `${this.path}.${extension}`;
    return writeFile(file, `${text}\n`, { mode: 0o600 }).catch(notKept(dirname(file)));
  }
}

const notKept = (folder: string) => (error: Error) => {
  throw new StartupError(`The report cannot be kept in ${folder}: ${error.message}`, { cause: error });
};
