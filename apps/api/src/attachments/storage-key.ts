import { randomBytes } from 'node:crypto';
import { type AllowedType, extensionOf } from './inspection/allowed-types';

/** Where all of the desk's files lie in the storage. */
export const ATTACHMENT_PREFIX = 'attachments/';

/** A key that nobody can guess and that holds nothing of the sender's. */
export function newStorageKey(mimeType: AllowedType): string {
  return `${ATTACHMENT_PREFIX}${randomBytes(16).toString('hex')}.${extensionOf(mimeType)}`;
}
