import { createHash } from 'node:crypto';

const GROWTH = 2;

/** Remembers very many keys in 8 bytes each, by 48 bits of their hash: of a million, none is likely to be mistaken for another. */
export class SeenKeys {
  private hashes = new Float64Array(1024);
  private size = 0;
  private sorted = true;

  add(key: string): void {
    if (this.size === this.hashes.length) {
      const larger = new Float64Array(this.size * GROWTH);
      larger.set(this.hashes);
      this.hashes = larger;
    }
    this.hashes[this.size] = hashOf(key);
    this.size += 1;
    this.sorted = false;
  }

  has(key: string): boolean {
    if (!this.sorted) this.hashes.subarray(0, this.size).sort();
    this.sorted = true;
    const wanted = hashOf(key);
    let [low, high] = [0, this.size - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.hashes[middle] ?? 0;
      if (found === wanted) return true;
      if (found < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}

const hashOf = (key: string): number => createHash('sha1').update(key).digest().readUIntBE(0, 6);
