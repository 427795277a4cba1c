import { Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { ValidationError } from '../common/domain-error';
import { AuthConfig } from './auth.config';
import { newSecret, secretHash } from './secrets';

/**
 * The one-time link that makes the first admin of an empty production database. It lives in this process
 * only: a restart prints a new one.
 */
@Injectable()
export class SetupLink {
  private hash: Buffer | null = null;

  constructor(private readonly config: AuthConfig) {}

  /** @returns the address to print on the operator's terminal, never to a log */
  issue(): string {
    const token = newSecret();
    this.hash = Buffer.from(secretHash(token));
    return `${this.config.publicUrl}/setup?token=${token}`;
  }

  get open(): boolean {
    return this.hash !== null;
  }

  /** @throws ValidationError when this is not the link of this process */
  assertValid(token: string): void {
    if (this.hash && timingSafeEqual(this.hash, Buffer.from(secretHash(token)))) return;
    throw ValidationError.of(
      '/token',
      'This set-up link was used or is of an earlier start: restart Liftdesk for a new one',
    );
  }

  spend(): void {
    this.hash = null;
  }
}
