import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { StorageUnavailableError } from './file-storage.errors';
import { toStorageError } from './local.errors';

const CHUNK_BYTES = 64 * 1024;

/** The bytes of an open file from `start` to `end`, both included. A file that became shorter is a failure, not an end. */
export class LocalFileStream extends Readable {
  constructor(
    private readonly handle: FileHandle,
    private position: number,
    private readonly end: number,
  ) {
    super({ highWaterMark: CHUNK_BYTES });
  }

  override _read(): void {
    const wanted = Math.min(CHUNK_BYTES, this.end + 1 - this.position);
    if (wanted <= 0) {
      this.push(null);
      return;
    }
    this.handle.read(Buffer.allocUnsafe(wanted), 0, wanted, this.position).then(
      ({ bytesRead, buffer }) => {
        this.position += bytesRead;
        if (bytesRead > 0) this.push(buffer.subarray(0, bytesRead));
        else
          this.destroy(new StorageUnavailableError(undefined, { cause: new Error('The file is cut off.') }));
      },
      (error: unknown) => this.destroy(toStorageError(error)),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.handle.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }
}
