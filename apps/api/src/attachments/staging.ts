import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { StagingUnavailableError } from './upload.errors';

const STAGED = /^[0-9a-f-]{36}\.upload$/;

export interface StagedFile {
  /** Where it lies until it is stored or discarded. */
  path: string;
  size: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}

/** The files of one request while they come in. */
export class Staging {
  private readonly begun: { path: string; settled: Promise<unknown> }[] = [];
  private readonly stop = new AbortController();
  /** Why the folder could not be written, if so. It counts before what the broken-off request then looks like. */
  failure?: StagingUnavailableError;

  private constructor(private readonly folder: string) {}

  /** Makes the folder if need be. @throws StagingUnavailableError */
  static async open(folder: string): Promise<Staging> {
    await mkdir(folder, { recursive: true, mode: 0o750 }).catch(unavailable);
    return new Staging(folder);
  }

  /** @throws StagingUnavailableError, or the source's own error */
  take(source: Readable): Promise<StagedFile> {
    const path = join(this.folder, `${randomUUID()}.upload`);
    const taking = this.write(path, source);
    this.begun.push({ path, settled: taking.catch((error: unknown) => this.note(error)) });
    return taking;
  }

  /** Removes all that was begun, whatever state it is in. */
  async discard(): Promise<void> {
    this.stop.abort();
    for (const { path, settled } of this.begun) {
      await settled;
      await rm(path, { force: true });
    }
  }

  private note(error: unknown): void {
    if (error instanceof StagingUnavailableError) this.failure ??= error;
  }

  private async write(path: string, source: Readable): Promise<StagedFile> {
    const destroy = () => source.destroy();
    this.stop.signal.addEventListener('abort', destroy, { once: true });
    const hash = createHash('sha256');
    let size = 0;
    const handle = await open(path, 'wx', 0o640).catch(unavailable);
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        await writeAll(handle, chunk).catch(unavailable);
      }
    } finally {
      this.stop.signal.removeEventListener('abort', destroy);
      await handle.close();
    }
    return { path, size, sha256: hash.digest('hex') };
  }
}

/** Removes what a process that ended in the middle of uploads left in the folder. @returns how many files */
export async function sweepStaging(folder: string, olderThan: Date): Promise<number> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  let swept = 0;
  for (const name of names.filter((name) => STAGED.test(name))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found || found.mtime >= olderThan) continue;
    await rm(path, { force: true });
    swept++;
  }
  return swept;
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += (await handle.write(chunk, done, chunk.length - done)).bytesWritten;
  }
}

function unavailable(cause: unknown): never {
  throw new StagingUnavailableError({ cause });
}
