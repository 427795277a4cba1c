import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { MaintenanceError, obeyMaintenance } from '../database/maintenance';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { type TestDatabase, describeOnPostgres, onPostgres, testDatabase } from '../testing/test-database';
import { beginMaintenance, endMaintenance, readMaintenance } from './maintenance-switch';

const ADD = 'insert into tag (name) values (?)';
const NAMES = 'select name from tag order by name';

describe('the switch of the maintenance', () => {
  let folder: string;
  let database: TestDatabase;
  const opened: DataSource[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-maintenance-'));
    database = await testDatabase(join(folder, 'desk.sqlite'));
    if (!onPostgres) await migrate(await open());
  });
  afterEach(async () => {
    for (const dataSource of opened.splice(0)) await dataSource.destroy();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** A connection of its own, as another process has one. */
  async function open(): Promise<DataSource> {
    const dataSource = await openDatabase(databaseSchema.parse(database.env));
    opened.push(dataSource);
    return dataSource;
  }
  async function openServing(): Promise<DataSource> {
    const dataSource = await open();
    obeyMaintenance(dataSource);
    return dataSource;
  }
  const add = (dataSource: DataSource, name: string): Promise<unknown> =>
    dataSource.transaction((manager) => manager.query(ADD, [name]));
  const names = async (dataSource: DataSource): Promise<string[]> =>
    (await dataSource.query<{ name: string }[]>(NAMES)).map(({ name }) => name);

  it('thrown among many writers: what is there then is all that was acknowledged, and it stays so', async () => {
    const operator = await open();
    // SQLite serves one process.
    const servers = onPostgres ? [await openServing(), await openServing()] : [await openServing()];
    for (let round = 0; round < 8; round += 1) {
      const acknowledged: string[] = [];
      const writers = [...Array(24).keys()].map(async (writer) => {
        const server = servers[writer % servers.length] as DataSource;
        for (let n = 0; ; n += 1) {
          const name = `${round}-${writer}-${n}`;
          try {
            await server.transaction(async (manager) => {
              await manager.query(ADD, [name]);
              // Some are long, and some are rolled back.
              if (writer % 3 === 0) for (let pass = 0; pass < 5; pass += 1) await manager.query(NAMES);
              if (writer % 8 === 7) throw new Error('meant to fail');
            });
            acknowledged.push(name);
          } catch (error) {
            if (error instanceof MaintenanceError) return;
            expect((error as Error).message).toBe('meant to fail');
          }
        }
      });
      while (acknowledged.length < 50) await new Promise((resolve) => setImmediate(resolve));
      await beginMaintenance(operator, {});
      const complete = await names(operator);
      await Promise.all(writers);
      expect(await names(operator)).toEqual(complete);
      expect(complete.filter((name) => name.startsWith(`${round}-`))).toEqual(acknowledged.sort());
      await endMaintenance(operator);
    }
  });

  it('holds for a statement on its own, through a manager and in a nested transaction', async () => {
    const server = await openServing();
    const operator = await open();
    await beginMaintenance(operator, {});
    const runner = server.createQueryRunner();
    const tries = [
      () => server.query(ADD, ['alone']),
      () =>
        server.query(
          `with given (name) as (select 'with') ${'insert into tag (name) select name from given'}`,
        ),
      () => server.query('delete from tag'),
      () => server.manager.query(ADD, ['manager']),
      () => server.createQueryBuilder().insert().into('tag').values({ name: 'builder' }).execute(),
      () => runner.query(ADD, ['runner']),
      () => runner.startTransaction(),
    ];
    for (const attempt of tries) await expect(attempt()).rejects.toThrow(MaintenanceError);
    await runner.release();
    expect(await names(server)).toEqual([]);
    await endMaintenance(operator);
    await server.query(ADD, ['alone']);
    await server.transaction((manager) => manager.transaction((inner) => inner.query(ADD, ['nested'])));
    expect(await names(operator)).toEqual(['alone', 'nested']);
  });

  it('does not bind commands, nor whoever reads', async () => {
    const operator = await open();
    const server = await openServing();
    await beginMaintenance(operator, {});
    await add(operator, 'by a command');
    expect(await names(server)).toEqual(['by a command']);
  });

  it('keeps its beginning when it is thrown again, takes the new words, and is over in every process at once', async () => {
    const operator = await open();
    const servers = [await openServing(), ...(onPostgres ? [await openServing()] : [])];
    const before = Date.now();
    await beginMaintenance(operator, { message: 'Back at six', until: before + 3_600_000 });
    const first = await readMaintenance(operator);
    expect(first).toEqual({ since: expect.any(Number), message: 'Back at six', until: before + 3_600_000 });
    expect(first?.since).toBeGreaterThanOrEqual(before);
    await beginMaintenance(operator, { message: 'Back at seven' });
    for (const server of servers) {
      expect(await readMaintenance(server)).toEqual({ ...first, message: 'Back at seven', until: null });
      await expect(add(server, 'no')).rejects.toMatchObject({ maintenance: { message: 'Back at seven' } });
    }
    await endMaintenance(operator);
    await endMaintenance(operator);
    for (const [index, server] of servers.entries()) await add(server, `yes ${index}`);
    expect(await readMaintenance(operator)).toBeNull();
  });

  it('refuses a message that does not fit, and is not thrown', async () => {
    const operator = await open();
    await expect(beginMaintenance(operator, { message: 'x'.repeat(301) })).rejects.toThrow(/300/);
    expect(await readMaintenance(operator)).toBeNull();
  });

  it('can be thrown by the serving process itself, and ended by it', async () => {
    const server = await openServing();
    await beginMaintenance(server, {});
    await expect(add(server, 'no')).rejects.toThrow(MaintenanceError);
    await endMaintenance(server);
    await add(server, 'yes');
    expect(await names(server)).toEqual(['yes']);
  });

  describeOnPostgres('waits on PostgreSQL', () => {
    it('for who looked before, however long, and for no dump', async () => {
      const operator = await open();
      const server = await openServing();
      const dump = (await open()).createQueryRunner();
      await dump.startTransaction();
      await dump.query('select * from maintenance');
      const writer = server.createQueryRunner();
      await writer.startTransaction();
      let done = false;
      const switched = beginMaintenance(operator, {}).then(() => (done = true));
      while ((await readMaintenance(server)) === null) await new Promise((resolve) => setImmediate(resolve));
      // Others are refused by then, and do not wait for it.
      await expect(add(server, 'late')).rejects.toThrow(MaintenanceError);
      await writer.query(ADD, ['in time']);
      expect(done).toBe(false);
      await writer.commitTransaction();
      await writer.release();
      await switched;
      expect(await names(operator)).toEqual(['in time']);
      await dump.rollbackTransaction();
      await dump.release();
    });

    it('for nobody who has not the table yet: they look when they have it, and see what was committed before', async () => {
      const operator = await open();
      const server = await openServing();
      // As always, not the first time on its connection: what may be prepared is.
      await add(server, 'early');
      const other = (await open()).createQueryRunner();
      await other.startTransaction();
      await other.query('lock table maintenance in access exclusive mode');
      const refused = expect(add(server, 'late')).rejects.toThrow(MaintenanceError);
      const waiting = `select 1 from pg_locks where relation = 'maintenance'::regclass and not granted`;
      while ((await operator.query<unknown[]>(waiting)).length === 0)
        await new Promise((resolve) => setImmediate(resolve));
      await other.query('insert into maintenance (id, since) values (1, 1)');
      await other.commitTransaction();
      await other.release();
      await refused;
    });

    it('for none that broke: its connection took the transaction with it', async () => {
      const operator = await open();
      const writer = (await openServing()).createQueryRunner();
      await writer.startTransaction();
      const [{ pid }] = (await writer.query('select pg_backend_pid() as pid')) as [{ pid: number }];
      const switched = beginMaintenance(operator, {});
      while ((await readMaintenance(operator)) === null)
        await new Promise((resolve) => setImmediate(resolve));
      await operator.query('select pg_terminate_backend(?)', [pid]);
      await switched;
      await writer.release();
    });
  });
});
