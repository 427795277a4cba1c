import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';
import type { DatabaseConfig } from '../config/database.schema';
import { claimDatabase, claimToServe, claimWhenLeft, InstanceLock, isServed } from './instance-lock';
import { compareVersions, openSqlite } from './sqlite';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-sqlite-'));
  path = join(folder, 'desk.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('openSqlite', () => {
  it('sets WAL, full synchronisation and foreign keys', async () => {
    const dataSource = await openSqlite(path);
    expect(await dataSource.query('pragma journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await dataSource.query('pragma synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await dataSource.query('pragma foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await dataSource.query('pragma busy_timeout')).toEqual([{ timeout: 1000 }]);
    await dataSource.destroy();
  });

  it.each([
    ['a process that serves: moments', 5, [{ timeout: 5 }]],
    ['a command', undefined, [{ timeout: 1000 }]],
  ])(
    'waits for who closes the file, whatever patience it has afterwards: %s',
    async (_, blockMs, patience) => {
      await (await openSqlite(path)).destroy();
      const closes = `
      const database = new (require('better-sqlite3'))(process.argv[1]);
      database.pragma('locking_mode = exclusive');
      database.exec('begin immediate; create table other (id integer); commit');
      console.log('has it to itself');
      setTimeout(() => database.close(), 200);`;
      const other = spawn(process.execPath, ['-e', closes, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(other.stdout, 'data');
      const ended = once(other, 'close');
      const dataSource = await openSqlite(path, blockMs);
      expect(await dataSource.query('pragma busy_timeout')).toEqual(patience);
      expect(await dataSource.query('select * from other')).toEqual([]);
      await dataSource.destroy();
      expect(await ended).toEqual([0, null]);
    },
  );

  it('says in one line that a file is no database', async () => {
    writeFileSync(path, 'this is not a database, however long it may be');
    await expect(openSqlite(path)).rejects.toThrow(StartupError);
    await expect(openSqlite(path)).rejects.toThrow(/Cannot open the database .*file is not a database/);
  });

  it.each([
    ['3.51.3', '3.51.3', 0],
    ['3.51.10', '3.51.3', 1],
    ['3.40.1', '3.51.3', -1],
    ['4.0.0', '3.51.3', 1],
  ])('compares version %s with %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe('InstanceLock', () => {
  it('lets one holder in at a time', () => {
    const lock = InstanceLock.acquire(path);
    expect(() => InstanceLock.acquire(path)).toThrow(/Another Liftdesk process/);
    lock.release();
    InstanceLock.acquire(path).release();
  });
});

describe('a claim', () => {
  const database = (): DatabaseConfig => ({ type: 'sqlite', path });

  it('of a server is told from one of a command, and is in the way of both', () => {
    const command = claimDatabase(database());
    expect(isServed(database())).toBe(false);
    command.release();
    const server = claimToServe(database());
    expect(isServed(database())).toBe(true);
    for (const claim of [claimDatabase, claimToServe])
      expect(() => claim(database())).toThrow(/Another Liftdesk process/);
    server.release();
    expect(isServed(database())).toBe(false);
  });

  it('waits until the server before has ended', async () => {
    const before = claimToServe(database());
    let isOurs = false;
    const ours = claimWhenLeft(database()).finally(() => (isOurs = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isOurs).toBe(false);
    before.release();
    (await ours).release();
  });

  it('of PostgreSQL, or in memory, is in nobody’s way', async () => {
    const memory: DatabaseConfig = { type: 'sqlite', path: ':memory:' };
    claimToServe(memory);
    expect(isServed(memory)).toBe(false);
    await claimWhenLeft(memory);
  });
});
