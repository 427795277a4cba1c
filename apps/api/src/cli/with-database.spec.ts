import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDatabase, claimToServe } from '../database/instance-lock';
import { describeOnSqlite } from '../testing/test-database';
import { withDatabaseBeside } from './with-database';

describeOnSqlite('what a command does beside a server', () => {
  const before = { ...process.env };
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-beside-'));
  const database = { type: 'sqlite', path: join(folder, 'desk.sqlite') } as const;
  const look = () =>
    withDatabaseBeside(async (dataSource, isAlone) => ({
      isAlone,
      patience: await dataSource.query<{ timeout: number }[]>('pragma busy_timeout'),
    }));

  beforeAll(() => {
    process.env['JWT_SECRET'] = 'a secret for tests that is long enough for all';
    process.env['DATABASE_PATH'] = database.path;
  });
  afterAll(() => {
    process.env = before;
    rmSync(folder, { recursive: true });
  });

  it('is done alone where none serves, with all the patience of SQLite', async () => {
    expect(await look()).toEqual({ isAlone: true, patience: [{ timeout: 1000 }] });
  });

  it('is tried all the time, since a server under load leaves the file to others for moments', async () => {
    const server = claimToServe(database);
    expect(await look()).toEqual({ isAlone: false, patience: [{ timeout: 5 }] });
    server.release();
  });

  it('is refused while another command has the file to itself', async () => {
    const command = claimDatabase(database);
    await expect(look()).rejects.toThrow(/^Another Liftdesk process is using /);
    command.release();
  });
});
