import type { Problem } from '../../shared/http/problem';
import { randomId } from '../../shared/http/random-id';

/**
 * The Idempotency-Key of one thing to send. It stays while nobody knows whether the last try arrived, and is
 * renewed once the server has plainly refused it, for then nothing was made.
 */
export class SendKey {
  private key: string;

  constructor(key?: string | null) {
    this.key = key || randomId();
  }

  get value(): string {
    return this.key;
  }

  renew(): void {
    this.key = randomId();
  }

  /** Takes note of a failed try. */
  failed(problem: Problem): void {
    if (!arrivedBefore(problem) && problem.status >= 400 && problem.status < 500) this.renew();
  }
}

/** The key is known with other words: an earlier try had arrived although its answer was lost. */
export function arrivedBefore(problem: Problem | null): boolean {
  return problem?.code === 'idempotency-mismatch';
}
