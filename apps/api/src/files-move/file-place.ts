import { type FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import { StartupError } from '../common/startup-error';

/** What a storage is in this work, in the words of its messages. */
export type Role = 'source' | 'target' | 'storage';

/** One side of a move, or the storage that is looked through. */
export interface FilePlace {
  role: Role;
  storage: FileStorage;
}

/** A store cannot do its work: nothing is said of any file, and the same command finishes later. */
export class PlaceUnavailableError extends StartupError {
  constructor(
    readonly role: Role,
    cause: StorageUnavailableError,
  ) {
    super(`The ${role} of the files cannot be used: ${reasonOf(cause)}`, { cause });
  }

  /** A folder is there, or could be, and has never been a storage. */
  get isEmptyFolder(): boolean {
    const { cause } = this.cause as StorageUnavailableError;
    return (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  }
}

/** Does something with a place. What the store itself cannot do is told with the side on which it was. */
export async function at<T>({ role }: Pick<FilePlace, 'role'>, deed: () => Promise<T>): Promise<T> {
  try {
    return await deed();
  } catch (error) {
    throw error instanceof StorageUnavailableError ? new PlaceUnavailableError(role, error) : error;
  }
}

/** The store's own words, which hold no secret. */
export function reasonOf(error: StorageUnavailableError): string {
  const cause = error.cause as Error | undefined;
  if (cause === undefined) return error.message;
  return cause.name === 'S3CallError' ? cause.message : `${error.message} ${cause.message}`;
}
