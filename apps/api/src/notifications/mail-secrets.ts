import { Injectable } from '@nestjs/common';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { NotificationKeys } from './notification.config';

const NONCE = 12;
const TAG = 16;

/** What waits in the outbox and nobody may read there, such as the link to a new password: a backup must not hold one. */
@Injectable()
export class MailSecrets {
  constructor(private readonly keys: NotificationKeys) {}

  /** @param bound what it belongs to: elsewhere it does not open */
  seal(text: string, bound: string): string {
    const [key] = this.keys.forOutbox();
    if (!key) throw new Error('There is no key for the outbox');
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(bound));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** @returns null when none of the keys opens it */
  open(sealed: string, bound: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    for (const key of this.keys.forOutbox()) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE))
          .setAAD(Buffer.from(bound))
          .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString(
          'utf8',
        );
      } catch {
        // Sealed with another key: the next one, or none.
      }
    }
    return null;
  }
}
