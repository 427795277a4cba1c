import { TestDesk } from '../testing/test-desk';
import { afterCommit } from './after-commit';

describe('what is to be done after the commit', () => {
  let desk: TestDesk;
  const done: string[] = [];
  beforeAll(async () => {
    desk = await TestDesk.start();
  });
  afterAll(() => desk.close());
  beforeEach(() => done.splice(0));

  const insert = (key: string) =>
    [`insert into unsettled_object (storage_key, created_at) values (?, 1)`, [key]] as const;

  it('is done once, when others see what was written', async () => {
    await desk.database.transaction(async (manager) => {
      await manager.query(...insert('kept'));
      afterCommit(manager, () => done.push('after'));
      expect(done).toEqual([]);
    });
    expect(done).toEqual(['after']);
    expect(await desk.rows(`select 1 as n from unsettled_object where storage_key = 'kept'`)).toHaveLength(1);
  });

  it('is not done when the transaction is rolled back', async () => {
    const failing = desk.database.transaction(async (manager) => {
      await manager.query(...insert('lost'));
      afterCommit(manager, () => done.push('after'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(done).toEqual([]);
  });

  it('is done in the order in which it was asked for, each by its own transaction', async () => {
    const write = (name: string, fails = false) =>
      desk.database.transaction(async (manager) => {
        await manager.query(...insert(name));
        afterCommit(manager, () => done.push(`${name} 1`));
        afterCommit(manager, () => done.push(`${name} 2`));
        if (fails) throw new Error('no');
      });
    await Promise.allSettled([write('a'), write('b', true), write('c')]);
    expect(done.filter((name) => name.startsWith('a'))).toEqual(['a 1', 'a 2']);
    expect(done.filter((name) => name.startsWith('b'))).toEqual([]);
    expect(done.filter((name) => name.startsWith('c'))).toEqual(['c 1', 'c 2']);
  });

  it('waits for the outer transaction', async () => {
    await desk.database.transaction(async (outer) => {
      await outer.transaction(async (inner) => {
        await inner.query(...insert('nested'));
        afterCommit(inner, () => done.push('after'));
      });
      expect(done).toEqual([]);
    });
    expect(done).toEqual(['after']);
  });

  it('is refused outside a transaction', () => {
    expect(() => afterCommit(desk.database.manager, () => undefined)).toThrow();
  });
});
