interface Waiting {
  bytes: number;
  enter: () => void;
  refuse: (error: unknown) => void;
}

/**
 * Lets works go on side by side as long as their bytes together fit, the others in the order in which they came. Where one
 * fails, those that wait fail with it and are not begun.
 */
export class ByteBudget {
  private readonly waiting: Waiting[] = [];
  private free: number;

  constructor(private readonly total: number) {
    this.free = total;
  }

  /** One work of more bytes than there are goes alone. */
  async within<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(bytes, this.total);
    await this.enter(taken);
    try {
      return await work();
    } catch (error) {
      for (const { refuse } of this.waiting.splice(0)) refuse(error);
      throw error;
    } finally {
      this.free += taken;
      this.letIn();
    }
  }

  private async enter(bytes: number): Promise<void> {
    const entered = new Promise<void>((enter, refuse) => this.waiting.push({ bytes, enter, refuse }));
    this.letIn();
    await entered;
  }

  private letIn(): void {
    for (let next = this.waiting[0]; next && next.bytes <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.bytes;
      next.enter();
    }
  }
}
