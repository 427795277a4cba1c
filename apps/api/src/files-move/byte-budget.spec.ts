import { setImmediate as turn } from 'node:timers/promises';
import { ByteBudget } from './byte-budget';

describe('a budget of bytes', () => {
  it('lets in what fits together, in the order in which it came, and a large one alone', async () => {
    const budget = new ByteBudget(10);
    const under: string[] = [];
    const ends = new Map<string, () => void>();
    const begin = (name: string, bytes: number) =>
      budget.within(bytes, async () => {
        under.push(name);
        await new Promise<void>((end) => ends.set(name, end));
        under.splice(under.indexOf(name), 1);
      });
    const end = async (name: string) => {
      ends.get(name)?.();
      await turn();
    };
    const all = [begin('a', 6), begin('b', 4), begin('large', 25), begin('c', 1), begin('d', 0)];
    await turn();
    expect(under).toEqual(['a', 'b']);
    await end('a');
    expect(under).toEqual(['b']);
    await end('b');
    expect(under).toEqual(['large']);
    await end('large');
    expect(under).toEqual(['c', 'd']);
    await end('c');
    await end('d');
    await Promise.all(all);
  });

  it('gets back what a work that failed has taken', async () => {
    const budget = new ByteBudget(1);
    await expect(budget.within(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await budget.within(1, async () => 'yes')).toBe('yes');
  });

  it('begins none of those that wait for one that fails', async () => {
    const budget = new ByteBudget(1);
    const begun: string[] = [];
    const fails = budget.within(1, () => Promise.reject(new Error('away')));
    const waiting = ['a', 'b'].map((name) => budget.within(1, async () => begun.push(name)));
    const outcomes = await Promise.allSettled([fails, ...waiting]);
    expect(outcomes.map((one) => one.status === 'rejected' && String(one.reason))).toEqual(
      Array.from({ length: 3 }, () => 'Error: away'),
    );
    expect(begun).toEqual([]);
    expect(await budget.within(1, async () => 'later')).toBe('later');
  });
});
