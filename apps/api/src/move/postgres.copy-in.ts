import type { Client } from 'pg';
import { quoted } from '../transfer/tables';

/** Lines on their way into a table of PostgreSQL, in COPY's text format. */
export class CopyIn {
  /** Rejects when the server refuses, or the connection breaks: the stream itself calls nobody back then. */
  private readonly failed: Promise<never>;
  /** What was written before is on its way: the next may be made ready meanwhile, and no more than that. */
  private onItsWay: Promise<unknown> = Promise.resolve();
  /** A stream that has failed must not be written to. */
  private failure: Error | null = null;

  private constructor(private readonly stream: NodeJS.WritableStream) {
    this.failed = new Promise<never>((_, reject) =>
      stream.on('error', (error) => {
        this.failure ??= error;
        reject(error);
      }),
    );
    this.failed.catch(() => undefined);
  }

  static async begin(client: Client, table: string, columns: readonly string[]): Promise<CopyIn> {
    const { from: copyFrom } = await import('pg-copy-streams');
    const list = columns.map(quoted).join(', ');
    return new CopyIn(client.query(copyFrom(`copy ${quoted(table)} (${list}) from stdin`)));
  }

  async write(bytes: Buffer): Promise<void> {
    await Promise.race([this.onItsWay, this.failed]);
    this.assertSound();
    this.onItsWay = new Promise<void>((resolve) => this.stream.write(bytes, () => resolve()));
  }

  async end(): Promise<void> {
    this.assertSound();
    await Promise.race([new Promise<void>((resolve) => this.stream.end(() => resolve())), this.failed]);
  }

  private assertSound(): void {
    if (this.failure !== null) throw this.failure;
  }
}
