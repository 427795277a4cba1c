import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { PutResult } from './file-storage';

/** A source on its way into a store: counted, hashed, and its own failures told from those of the store. */
export class HashedSource {
  /** Why the source broke off, if it did. */
  failure: { error: unknown } | undefined;
  private readonly hash = createHash('sha256');
  private size = 0;

  constructor(private readonly source: Readable) {
    // It may fail before anybody reads it: a stream whose error nobody hears ends the process.
    source.on('error', (error) => (this.failure ??= { error }));
  }

  /** All that the source gives, in bytes. Fails as the source fails. */
  read(): Readable {
    return Readable.from(this.chunks(), { objectMode: true, highWaterMark: 1 });
  }

  /** Once everything has been read. */
  result(): PutResult {
    return { size: this.size, sha256: this.hash.digest('hex') };
  }

  private async *chunks(): AsyncGenerator<Uint8Array> {
    const pieces = this.source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>;
    for (;;) {
      const piece = await pieces.next().catch((error: unknown) => {
        this.failure ??= { error };
        throw error;
      });
      if (piece.done) return;
      const chunk = typeof piece.value === 'string' ? Buffer.from(piece.value) : piece.value;
      this.hash.update(chunk);
      this.size += chunk.length;
      yield chunk;
    }
  }
}
