import type { DataSource } from 'typeorm';
import { describeOnPostgres, openTestDatabase } from '../testing/test-database';
import { afterCommit } from './after-commit';
import { DatabaseUnavailableError } from './database-errors';

const TAG = 'insert into tag (name) values (?)';
const HOLD = 'select rid from tag where name = ? for update';

describeOnPostgres('a transaction that meets another', () => {
  let desk: DataSource;
  beforeEach(async () => {
    desk = await openTestDatabase();
    for (const name of ['a', 'b']) await desk.query(TAG, [name]);
  });
  afterEach(() => desk.destroy());

  const counts = () => desk.query<{ n: number }[]>('select ticket_count as n from tag order by name');

  it('crosswise runs again, and both are done', async () => {
    let runs = 0;
    const ready = new Set<string>();
    const cross = (first: string, second: string) =>
      desk.transaction(async (manager) => {
        runs += 1;
        await manager.query(HOLD, [first]);
        ready.add(first);
        // Each has one before it asks for the other: without a second run neither came to an end.
        while (ready.size < 2) await manager.query('select pg_sleep(0.01)');
        await manager.query(HOLD, [second]);
        await manager.query('update tag set ticket_count = ticket_count + 1');
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    expect(await counts()).toEqual([{ n: 2 }, { n: 2 }]);
    expect(runs).toBeGreaterThan(2);
  });

  it('that came first with a unique name runs again, and finds it', async () => {
    const find = async (name: string) =>
      desk.transaction(async (manager) => {
        const [known]: { rid: number }[] = await manager.query('select rid from tag where name = ?', [name]);
        if (known) return known.rid;
        const [made]: { rid: number }[] = await manager.query(`${TAG} returning rid`, [name]);
        return made?.rid;
      });
    const rids = await Promise.all(Array.from({ length: 9 }, () => find('new')));
    expect(new Set(rids).size).toBe(1);
  });

  it('and runs again does once what it asked for after the commit', async () => {
    const done: number[] = [];
    let runs = 0;
    await desk.transaction(async (manager) => {
      const run = (runs += 1);
      afterCommit(manager, () => done.push(run));
      if (run < 3) await manager.query(`do $$ begin raise exception 'met' using errcode = '40001'; end $$`);
    });
    expect(done).toEqual([3]);
  });

  it('again and again gives up with "try again", and its last error as the cause', async () => {
    let runs = 0;
    const always = desk.transaction(async (manager) => {
      runs += 1;
      await manager.query(`do $$ begin raise exception 'met' using errcode = '40001'; end $$`);
    });
    await expect(always).rejects.toMatchObject({
      code: 'database-unavailable',
      status: 503,
      cause: { driverError: { code: '40001' } },
    });
    expect(runs).toBe(8);
  });

  it('by a row that stays there keeps its error, which is one of ours', async () => {
    let runs = 0;
    const twice = desk.transaction((manager) => {
      runs += 1;
      return manager.query(TAG, ['a']);
    });
    await expect(twice).rejects.toMatchObject({ driverError: { code: '23505' } });
    expect(runs).toBe(3);
  });

  it('is not run again for an error of its own', async () => {
    let runs = 0;
    const failing = desk.transaction(async (manager) => {
      runs += 1;
      await manager.query(TAG, ['c']);
      throw new Error('Not today');
    });
    await expect(failing).rejects.toThrow('Not today');
    expect([runs, await counts()]).toEqual([1, [{ n: 0 }, { n: 0 }]]);
  });

  it('that lost its connection is over, says so, and holds up nobody', async () => {
    const lost = desk.transaction(async (manager) => {
      await manager.query(TAG, ['c']);
      await desk.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and state = 'idle in transaction'`,
      );
      // The server's last word comes by itself, between two statements.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await manager.query(TAG, ['d']);
    });
    await expect(lost).rejects.toThrow(DatabaseUnavailableError);
    expect(await counts()).toHaveLength(2);
    await desk.transaction((manager) => manager.query(TAG, ['e']));
    expect(await counts()).toHaveLength(3);
  });
});
