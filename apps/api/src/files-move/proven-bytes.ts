import {
  StorageDamagedError,
  StorageKeyError,
  StorageNotFoundError,
  StorageUnavailableError,
} from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import type { FileRow } from './attachment-source';
import { at, type FilePlace, PlaceUnavailableError, type Role } from './file-place';

/** Why an object is not what its row says. */
export type Flaw = 'missing' | 'wrong size' | 'wrong bytes' | 'impossible key';

/** The object of a place is not the file of the row. The store itself works. */
export class FlawedFileError extends Error {
  constructor(
    readonly role: Role,
    readonly flaw: Flaw,
  ) {
    super(`${role}: ${flaw}`);
  }
}

/** A store that breaks off in the middle of an object may well give it whole the next time. */
const ATTEMPTS = 3;

/**
 * The bytes of a file's object. At their end they are proven to be those of the row, else the stream fails, and with it
 * whatever was to be made of them.
 *
 * @throws FlawedFileError, PlaceUnavailableError, or the signal's reason
 */
export async function* provenBytes(
  place: FilePlace,
  row: FileRow,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { stream, size } = await found(place, row);
  const hash = createHash('sha256');
  try {
    if (size !== row.size) throw new FlawedFileError(place.role, 'wrong size');
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof StorageDamagedError) throw new FlawedFileError(place.role, 'wrong bytes');
    throw error instanceof StorageUnavailableError ? new BrokenOffError(place.role, error) : error;
  } finally {
    stream.destroy();
  }
  if (hash.digest('hex') !== row.sha256) throw new FlawedFileError(place.role, 'wrong bytes');
}

/** Reads a file's object back. @throws FlawedFileError, PlaceUnavailableError, or the signal's reason */
export async function prove(place: FilePlace, row: FileRow, signal?: AbortSignal): Promise<void> {
  await persistently(async () => {
    const bytes = provenBytes(place, row, signal);
    while (!(await bytes.next()).done);
  });
}

/** Does it again where a store broke off in the middle. What a store refuses has been tried again by itself. */
export async function persistently(deed: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await deed();
      return;
    } catch (error) {
      if (!(error instanceof BrokenOffError) || attempt === ATTEMPTS) throw error;
    }
  }
}

class BrokenOffError extends PlaceUnavailableError {}

async function found(place: FilePlace, { key }: FileRow) {
  try {
    return await at(place, () => place.storage.get(key));
  } catch (error) {
    if (error instanceof StorageNotFoundError) throw new FlawedFileError(place.role, 'missing');
    if (error instanceof StorageKeyError) throw new FlawedFileError(place.role, 'impossible key');
    throw error;
  }
}
