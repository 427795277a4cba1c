import { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { within } from './deadline';
import type { StoredObject } from './file-storage';
import { StorageRangeError } from './file-storage.errors';

/**
 * The answer to a GetObject. Its stream fails when the store breaks off, gives less than it said, or gives nothing for
 * so long while somebody waits for it; it never just ends early.
 *
 * @param ranged whether a range was asked for
 * @param toError makes a FileStorage's error of whatever breaks the stream
 */
export function storedObject(
  answer: GetObjectCommandOutput,
  idleMs: number,
  ranged: boolean,
  toError: (error: unknown) => Error,
): StoredObject {
  const body = answer.Body as Readable;
  // It may break before anybody reads it, who will still be told: a stream whose error nobody hears ends the process.
  body.on('error', () => undefined);
  const length = answer.ContentLength ?? 0;
  const said = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? '');
  if (ranged && !said) {
    body.destroy();
    // A store that sends everything instead has no byte in the range, or does not know ranges.
    if (length === 0) throw new StorageRangeError(0);
    throw toError(new Error('the store does not answer ranges'));
  }
  const [start, end, size] = said ? said.slice(1).map(Number) : [];
  const stream = Readable.from(wholeOf(body, length, idleMs, toError), { objectMode: false });
  stream.once('close', () => body.destroy());
  return {
    stream,
    size: size ?? length,
    lastModified: answer.LastModified ?? new Date(0),
    contentType: answer.ContentType,
    ...(start !== undefined && end !== undefined && { range: { start, end } }),
  };
}

async function* wholeOf(
  body: Readable,
  length: number,
  idleMs: number,
  toError: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  let received = 0;
  for (;;) {
    const piece = await within(idleMs, () => pieces.next()).catch((error: unknown) => {
      throw toError(error);
    });
    if (piece.done) break;
    received += piece.value.length;
    yield piece.value;
  }
  if (received !== length) throw toError(new Error(`${received} of ${length} bytes came`));
}
