import 'reflect-metadata';
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { installWriteGate } from './gated-query-runner';
import { WriteGate, WriteGateError, WriteGateOptions, WRITE_GATE_DEFAULTS } from './write-gate';

const INSERT = 'insert into item (name) values (?)';
const later = (ms = 5): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let opened: DataSource[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-gate-'));
});

afterEach(async () => {
  for (const dataSource of opened) await dataSource.destroy();
  opened = [];
  rmSync(folder, { recursive: true });
});

async function open(
  gated: boolean,
  options?: Partial<WriteGateOptions>,
): Promise<{ dataSource: DataSource; gate: WriteGate }> {
  const dataSource = new DataSource({
    type: 'better-sqlite3',
    database: join(folder, 'test.sqlite'),
    enableWAL: true,
    timeout: 1,
  });
  const gate = gated
    ? installWriteGate(dataSource, { ...WRITE_GATE_DEFAULTS, ...options })
    : (undefined as never);
  opened.push(dataSource);
  await dataSource.initialize();
  await dataSource.query(
    "create table item (id integer primary key, name text not null check (name <> 'bad'))",
  );
  return { dataSource, gate };
}

const names = async (dataSource: DataSource): Promise<string[]> =>
  ((await dataSource.query('select name from item order by id')) as { name: string }[]).map(
    (row) => row.name,
  );

/** A rolls back while B, a transaction, and C, a plain insert, are acknowledged in the middle of it. */
async function interleave(dataSource: DataSource): Promise<{ acknowledged: string[] }> {
  const acknowledged: string[] = [];
  const a = dataSource.transaction(async (manager) => {
    await manager.query(INSERT, ['a']);
    await later();
    throw new Error('A fails');
  });
  await later(1);
  const b = dataSource
    .transaction((manager) => manager.query(INSERT, ['b']))
    .then(() => acknowledged.push('b'));
  const c = dataSource.query(INSERT, ['c']).then(() => acknowledged.push('c'));
  await Promise.allSettled([a, b, c]);
  return { acknowledged: acknowledged.sort() };
}

describe('without the gate', () => {
  it('a rollback takes acknowledged rows of others with it (this is the danger)', async () => {
    const { dataSource } = await open(false);
    const { acknowledged } = await interleave(dataSource);
    expect(acknowledged).toContain('c');
    expect(await names(dataSource)).not.toContain('c');
  });
});

describe('with the gate', () => {
  it('a rollback takes nothing of others with it', async () => {
    const { dataSource } = await open(true);
    const { acknowledged } = await interleave(dataSource);
    expect(acknowledged).toEqual(['b', 'c']);
    expect((await names(dataSource)).sort()).toEqual(['b', 'c']);
  });

  it('of 500 transactions at once exactly the acknowledged ones are kept', async () => {
    const { dataSource } = await open(true);
    const results = await Promise.allSettled(
      Array.from({ length: 500 }, (_, index) =>
        dataSource.transaction(async (manager) => {
          await manager.query(INSERT, [`t${index}`]);
          if (index % 7 === 0) await Promise.resolve();
          if (index % 5 === 0) throw new Error('meant to fail');
        }),
      ),
    );
    const kept = results.flatMap((result, index) => (result.status === 'fulfilled' ? [`t${index}`] : []));
    expect(kept).toHaveLength(400);
    expect(await names(dataSource)).toEqual(kept);
  });

  it('transactions that came together share one COMMIT', async () => {
    const { dataSource } = await open(true);
    const commits = countStatements(dataSource, 'COMMIT');
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        dataSource.transaction((manager) => manager.query(INSERT, [`${index}`])),
      ),
    );
    expect(commits()).toBe(1);
    expect(await names(dataSource)).toHaveLength(20);
  });

  it('a group ends when it is full', async () => {
    const { dataSource } = await open(true, { groupSize: 8 });
    const commits = countStatements(dataSource, 'COMMIT');
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        dataSource.transaction((manager) => manager.query(INSERT, [`${index}`])),
      ),
    );
    expect(commits()).toBe(3);
  });

  it('nobody is answered before the COMMIT, and a COMMIT that fails fails its whole group', async () => {
    const { dataSource } = await open(true);
    failOnce(dataSource, 'COMMIT');
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) =>
        dataSource.transaction((manager) => manager.query(INSERT, [`${index}`])),
      ),
    );
    expect(results.map((result) => result.status)).toEqual(Array(5).fill('rejected'));
    expect(await names(dataSource)).toEqual([]);
    await dataSource.transaction((manager) => manager.query(INSERT, ['after']));
    expect(await names(dataSource)).toEqual(['after']);
  });

  it('a transaction that SQLite ended by itself fails with its group, and the next one works', async () => {
    const { dataSource } = await open(true);
    const first = dataSource.transaction((manager) => manager.query(INSERT, ['first']));
    const second = dataSource.transaction(async (manager) => {
      await manager.query(INSERT, ['second']);
      (dataSource.driver as unknown as { databaseConnection: Database.Database }).databaseConnection.exec(
        'ROLLBACK',
      );
    });
    const results = await Promise.allSettled([first, second]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await dataSource.transaction((manager) => manager.query(INSERT, ['after']));
    expect(await names(dataSource)).toEqual(['after']);
  });

  it('a failed statement rolls back its own transaction only', async () => {
    const { dataSource } = await open(true);
    const results = await Promise.allSettled(
      ['one', 'bad', 'two'].map((name) =>
        dataSource.transaction(async (manager) => {
          await manager.query(INSERT, [`${name}-before`]);
          await manager.query(INSERT, [name]);
        }),
      ),
    );
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await names(dataSource)).toEqual(['one-before', 'one', 'two-before', 'two']);
  });

  it('a statement of its own waits for the open transaction and sees committed rows only', async () => {
    const { dataSource } = await open(true);
    const failing = dataSource.transaction(async (manager) => {
      await manager.query(INSERT, ['uncommitted']);
      await later();
      throw new Error('no');
    });
    await later(1);
    expect(await names(dataSource)).toEqual([]);
    await expect(failing).rejects.toThrow('no');
  });

  it('a transaction that holds its turn too long is rolled back, hears so, and lets the next one in', async () => {
    const { dataSource } = await open(true, { turnMs: 200 });
    const slow = dataSource.transaction(async (manager) => {
      await manager.query(INSERT, ['slow']);
      await later(300);
      await manager.query(INSERT, ['too late']);
    });
    const next = dataSource.transaction((manager) => manager.query(INSERT, ['next']));
    await expect(slow).rejects.toThrow(WriteGateError);
    await next;
    expect(await names(dataSource)).toEqual(['next']);
  });

  it('a transaction that gets no turn in time is refused and writes nothing', async () => {
    const { dataSource, gate } = await open(true, { waitMs: 20 });
    const holder = dataSource.transaction(async (manager) => {
      await manager.query(INSERT, ['holder']);
      await later(80);
    });
    await later(1);
    await expect(dataSource.transaction((manager) => manager.query(INSERT, ['waiter']))).rejects.toThrow(
      WriteGateError,
    );
    expect(gate.backlog).toBe(0);
    await holder;
    expect(await names(dataSource)).toEqual(['holder']);
  });

  it('transactions wait while another process has the file, hold nobody up meanwhile, and keep their order', async () => {
    const { dataSource, gate } = await open(true);
    const other = new Database(join(folder, 'test.sqlite'));
    other.exec(`begin immediate; insert into item (name) values ('other')`);
    const insert = (name: string) => dataSource.transaction((manager) => manager.query(INSERT, [name]));
    const [first, second] = [insert('first'), insert('second')];
    await later(50);
    expect([gate.backlog, await names(dataSource)]).toEqual([2, []]);
    const third = insert('third');
    other.exec('commit');
    await Promise.all([first, second, third]);
    expect(await names(dataSource)).toEqual(['other', 'first', 'second', 'third']);
    other.close();
  });

  it('a transaction for which another process has the file too long is refused, hears why, and the next one works', async () => {
    const { dataSource, gate } = await open(true, { waitMs: 50 });
    const other = new Database(join(folder, 'test.sqlite'));
    other.exec('begin immediate');
    const insert = (name: string) => dataSource.transaction((manager) => manager.query(INSERT, [name]));
    await expect(insert('late')).rejects.toThrow(/locked by another process/);
    expect(gate.backlog).toBe(0);
    other.close();
    await insert('next');
    expect(await names(dataSource)).toEqual(['next']);
  });

  it('a nested transaction rolls back alone', async () => {
    const { dataSource } = await open(true);
    await dataSource.transaction(async (manager) => {
      await manager.query(INSERT, ['outer']);
      await manager
        .transaction(async (inner) => {
          await inner.query(INSERT, ['inner']);
          throw new Error('inner fails');
        })
        .catch(() => undefined);
    });
    expect(await names(dataSource)).toEqual(['outer']);
  });

  it('a runner released in mid-transaction rolls back and cannot be used again', async () => {
    const { dataSource } = await open(true);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(INSERT, ['lost']);
    await runner.release();
    await expect(runner.query(INSERT, ['late'])).rejects.toThrow();
    expect(await names(dataSource)).toEqual([]);
  });
});

function connectionOf(dataSource: DataSource): Database.Database {
  return (dataSource.driver as unknown as { databaseConnection: Database.Database }).databaseConnection;
}

function countStatements(dataSource: DataSource, statement: string): () => number {
  const exec = jest.spyOn(connectionOf(dataSource), 'exec');
  return () => exec.mock.calls.filter(([sql]) => sql === statement).length;
}

function failOnce(dataSource: DataSource, statement: string): void {
  const connection = connectionOf(dataSource);
  const exec = connection.exec.bind(connection);
  let failed = false;
  jest.spyOn(connection, 'exec').mockImplementation((sql) => {
    if (sql !== statement || failed) return exec(sql);
    failed = true;
    throw new Error('disk I/O error');
  });
}
