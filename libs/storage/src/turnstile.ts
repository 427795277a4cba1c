/** Lets so many in at a time, the others in the order in which they came. */
export class Turnstile {
  private readonly waiting: { enter: () => void; refuse: (reason: Error) => void }[] = [];

  constructor(private free: number) {}

  /** Resolves when it is one's turn; `leave()` must follow. Rejects with the reason of `refuseWaiting()`. */
  async enter(): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((enter, refuse) => this.waiting.push({ enter, refuse }));
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next) next.enter();
    else this.free += 1;
  }

  /** Who waits now need not wait any longer for what cannot be had. */
  refuseWaiting(reason: Error): void {
    for (const { refuse } of this.waiting.splice(0)) refuse(reason);
  }
}
