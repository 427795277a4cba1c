import { Injectable } from '@nestjs/common';

/** Tells clients that look at a ticket what became of its mail. */
@Injectable()
export class MailNews {
  /** @param rid of the mail in the outbox */
  publish(_rid: number): void {
    // Events come with apps/api/src/events.
  }
}
