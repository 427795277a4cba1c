import fc from 'fast-check';
import type { RateCounter } from './rate-counter';

export interface CounterUnderTest {
  readonly counter: RateCounter;
  /** Lets this much time pass for the counter. */
  advance(ms: number): Promise<void> | void;
}

/** What every RateCounter does, whatever keeps the numbers. */
export function describeRateCounter(name: string, create: () => Promise<CounterUnderTest>): void {
  describe(`${name} as a rate counter`, () => {
    it('counts the hits of a key and says when its window ends', async () => {
      const { counter, advance } = await create();
      expect(await counter.add('b', 'k', 1, 10_000)).toMatchObject({ count: 1 });
      await advance(4_000);
      const second = await counter.add('b', 'k', 1, 10_000);
      expect(second.count).toBe(2);
      expect(second.resetMs).toBeGreaterThan(5_000);
      expect(second.resetMs).toBeLessThanOrEqual(6_000);
    });

    it('starts again when the window has ended, later hits do not prolong it', async () => {
      const { counter, advance } = await create();
      await counter.add('b', 'k', 5, 10_000);
      await advance(9_000);
      await counter.add('b', 'k', 1, 10_000);
      await advance(1_001);
      expect(await counter.add('b', 'k', 1, 10_000)).toMatchObject({ count: 1 });
    });

    it('keeps keys and buckets apart', async () => {
      const { counter } = await create();
      await counter.add('a', 'k', 3, 10_000);
      expect(await counter.add('b', 'k', 1, 10_000)).toMatchObject({ count: 1 });
      expect(await counter.add('a', 'l', 1, 10_000)).toMatchObject({ count: 1 });
    });

    it('reads with 0 and counts nothing for a key it does not know', async () => {
      const { counter } = await create();
      expect(await counter.add('b', 'k', 0, 10_000)).toEqual({ count: 0, resetMs: 0 });
      await counter.add('b', 'k', 2, 10_000);
      expect(await counter.add('b', 'k', 0, 10_000)).toMatchObject({ count: 2 });
    });

    it('takes back, but never below 0', async () => {
      const { counter } = await create();
      await fc.assert(
        fc.asyncProperty(fc.uuid(), fc.array(fc.integer({ min: -3, max: 3 })), async (key, amounts) => {
          let expected = 0;
          for (const amount of amounts) {
            expected = Math.max(0, expected + amount);
            expect((await counter.add('b', key, amount, 10_000)).count).toBe(expected);
          }
        }),
        { numRuns: 30 },
      );
    });

    it('keeps a long window however short others of its bucket are', async () => {
      const { counter, advance } = await create();
      await counter.add('b', 'long', 3, 10_000);
      for (let n = 0; n < 4; n += 1) {
        await advance(1_000);
        await counter.add('b', `short${n}`, 1, 500);
      }
      expect(await counter.add('b', 'long', 0, 10_000)).toMatchObject({ count: 3 });
      expect(await counter.add('b', 'short0', 0, 500)).toEqual({ count: 0, resetMs: 0 });
    });

    it('gives a key’s count away once, and nothing of a window that has ended', async () => {
      const { counter, advance } = await create();
      await counter.add('b', 'k', 3, 10_000);
      expect(await counter.take('a', 'k')).toBe(0);
      expect((await Promise.all([counter.take('b', 'k'), counter.take('b', 'k')])).sort()).toEqual([0, 3]);
      await counter.add('b', 'k', 2, 10_000);
      await advance(10_001);
      expect(await counter.take('b', 'k')).toBe(0);
    });

    it('gives each of many hits at once its own count', async () => {
      const { counter } = await create();
      const counts = await Promise.all([...Array(50)].map(() => counter.add('b', 'k', 1, 10_000)));
      expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        [...Array(50).keys()].map((n) => n + 1),
      );
    });
  });
}
