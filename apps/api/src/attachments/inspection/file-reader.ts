import type { FileHandle } from 'node:fs/promises';

/** A structure points to where the file has nothing, or goes round in circles. */
export class DamagedFileError extends Error {}

/** Reads pieces of a file by position, never beyond its end. */
export class FileReader {
  private constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  static async of(handle: FileHandle): Promise<FileReader> {
    return new FileReader(handle, (await handle.stat()).size);
  }

  /** As many bytes as there are, `length` at most. */
  async upTo(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    const buffer = Buffer.allocUnsafe(wanted);
    let done = 0;
    while (done < wanted) {
      const { bytesRead } = await this.handle.read(buffer, done, wanted - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  }

  /** @throws DamagedFileError when the file does not have all of them */
  async exactly(position: number, length: number): Promise<Buffer> {
    const buffer = await this.upTo(position, length);
    if (buffer.length < length) throw new DamagedFileError('The file ends too early.');
    return buffer;
  }
}
