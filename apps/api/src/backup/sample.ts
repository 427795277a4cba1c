import { randomInt } from 'node:crypto';

/** So many of however many there are, each as likely as any other, and the last one in any case. */
export class Sample<T> {
  private readonly picked: T[] = [];
  private seen = 0;
  private last: T | undefined;

  constructor(private readonly size: number) {}

  offer(item: T): void {
    this.seen += 1;
    this.last = item;
    if (this.picked.length < this.size) this.picked.push(item);
    else {
      const place = randomInt(this.seen);
      if (place < this.size) this.picked[place] = item;
    }
  }

  items(): T[] {
    const { last, picked } = this;
    return last === undefined || picked.includes(last) ? [...picked] : [...picked.slice(1), last];
  }
}
