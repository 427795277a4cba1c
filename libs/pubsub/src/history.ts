import type { Message } from './pub-sub';

/** A message that has an id; without data it is a mark in the store, and nobody's business. */
export interface Kept extends Message {
  readonly id: string;
}

/** The newest messages, in order, found by id. */
export class History {
  private entries: Kept[] = [];
  /** Place of each id among all that were ever added. */
  private places = new Map<string, number>();
  private forgotten = 0;

  /** @param size how many are kept at least; now and then a quarter more. */
  constructor(private readonly size: number) {}

  get lastId(): string | undefined {
    return this.entries.at(-1)?.id;
  }

  add(entry: Kept): void {
    this.places.set(entry.id, this.forgotten + this.entries.length);
    this.entries.push(entry);
    if (this.entries.length <= this.size * 1.25) return;
    for (const { id } of this.entries.splice(0, this.entries.length - this.size)) {
      this.places.delete(id);
      this.forgotten += 1;
    }
  }

  /** As if nothing but these had ever been. */
  reset(entries: readonly Kept[]): void {
    this.entries = [];
    this.places.clear();
    this.forgotten = 0;
    for (const entry of entries) this.add(entry);
  }

  /** @param passes whether the message itself counts as known. */
  since(id: string, passes?: (data: unknown) => boolean): readonly Kept[] | undefined {
    if (!this.knows(id, passes)) return undefined;
    const place = (this.places.get(id) as number) - this.forgotten;
    return this.entries.slice(place + 1).filter(({ data }) => data !== undefined);
  }

  knows(id: string, passes?: (data: unknown) => boolean): boolean {
    const place = this.places.get(id);
    if (place === undefined) return false;
    const data = this.entries[place - this.forgotten]?.data;
    return passes === undefined || (data !== undefined && passes(data));
  }

  latestId(passes?: (data: unknown) => boolean): string | undefined {
    if (passes === undefined) return this.lastId;
    return this.entries.findLast(({ data }) => data !== undefined && passes(data))?.id;
  }
}
