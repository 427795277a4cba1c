const FIRST_MS = 1_000;
const LONGEST_MS = 15_000;

/** Pauses between tries that grow and are never the same for two clients: after a restart they do not all come at once. */
export class Backoff {
  private failures = 0;
  private inHurry = false;
  private waking: (() => void) | null = null;

  /** A try has worked. */
  reset(): void {
    this.failures = 0;
  }

  /** The next pause is none, once: what stood in the way is gone. Asked twice in a row it pauses all the same. */
  hurry(): void {
    this.inHurry = this.failures < 2;
  }

  /** Ends the pause that is, for example because the network is back. */
  wake(): void {
    this.waking?.();
  }

  /** @param retryAfter seconds that the server asks for at least */
  pause(retryAfter: number | null, ended: AbortSignal): Promise<void> {
    const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures++);
    if (this.inHurry) {
      this.inHurry = false;
      return Promise.resolve();
    }
    const ms = Math.max((retryAfter ?? 0) * 1000, full / 2) + (Math.random() * full) / 2;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        ended.removeEventListener('abort', done);
        this.waking = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      ended.addEventListener('abort', done);
      // The server's own wish holds also when the network is back.
      this.waking = retryAfter ? null : done;
    });
  }
}
