import { once } from 'node:events';
import type { Client } from 'pg';
import { quoted } from '../transfer/tables';

/** Lines on their way into a table of PostgreSQL, in COPY's text format. */
export class CopyIn {
  private constructor(
    private readonly stream: NodeJS.WritableStream,
    /** Rejects when the server refuses, or the connection breaks: the stream itself calls nobody back then. */
    private readonly failed: Promise<never>,
  ) {}

  static async begin(client: Client, table: string, columns: readonly string[]): Promise<CopyIn> {
    const { from: copyFrom } = await import('pg-copy-streams');
    const stream = client.query(
      copyFrom(`copy ${quoted(table)} (${columns.map(quoted).join(', ')}) from stdin`),
    );
    const failed = new Promise<never>((_, reject) => stream.once('error', reject));
    failed.catch(() => undefined);
    return new CopyIn(stream, failed);
  }

  async write(bytes: Buffer): Promise<void> {
    if (this.stream.write(bytes)) return;
    await Promise.race([once(this.stream, 'drain').catch(() => this.failed), this.failed]);
  }

  async end(): Promise<void> {
    await Promise.race([new Promise<void>((resolve) => this.stream.end(() => resolve())), this.failed]);
  }
}
