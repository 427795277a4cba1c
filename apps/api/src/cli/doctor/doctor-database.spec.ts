import Database from 'better-sqlite3';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../database/migrate';
import { openSqlite } from '../../database/sqlite';
import { bareTestDatabase, describeOnPostgres, testDatabase } from '../../testing/test-database';
import { contentOf, type Findings, findingsOf } from './findings';

const NOBODY = 65_534;
const only = ['database', 'migrations'];

describe('the doctor of a SQLite file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-doctor-'));
    path = join(folder, 'desk.sqlite');
    const database = await openSqlite(path);
    await migrate(database);
    await database.destroy();
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });

  const look = (): Promise<Findings> =>
    findingsOf(
      { JWT_SECRET: 'a secret for tests that is long enough', DATABASE_PATH: path },
      { directory: folder, only },
    );

  it('finds it well, and leaves it as it was, byte for byte', async () => {
    const before = contentOf(folder);
    const { database, migrations } = await look();
    expect([database?.verdict, migrations?.verdict]).toEqual(['ok', 'ok']);
    expect(contentOf(folder)).toEqual(before);
  });

  it('names the migrations that wait, and writes nothing before', async () => {
    const database = await openSqlite(path);
    await database.undoLastMigration({ transaction: 'each' });
    await database.destroy();
    const found = await look();
    expect(found['migrations']).toMatchObject({
      verdict: 'failure',
      message: expect.stringMatching(/^1 wait: \w+/),
      fix: expect.stringContaining('npm run migration:run'),
    });
    expect(found['database']?.verdict).toBe('ok');
  });

  it.each([
    ['warning', 'AddHolograms9999999999999'],
    ['failure', 'ContractHolograms9999999999999'],
  ])('finds a database of a newer version: %s for %s', async (verdict, name) => {
    const file = new Database(path);
    file.prepare('insert into migrations (timestamp, name) values (9999999999999, ?)').run(name);
    file.close();
    expect((await look())['migrations']).toMatchObject({
      verdict,
      message: expect.stringContaining(name),
      cause: expect.stringContaining('newer than the code'),
    });
  });

  it('finds somebody else who holds the write lock', async () => {
    const other = new Database(path);
    other.exec('begin immediate');
    try {
      expect((await look())['database']).toMatchObject({
        verdict: 'failure',
        guide: expect.stringContaining('Database locked'),
        cause: expect.stringContaining('holds the write lock'),
        fix: expect.stringContaining('lsof'),
      });
    } finally {
      other.close();
    }
  });

  it('finds one that this user may not write', async () => {
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    const found = await asNobody(look);
    expect(found['database']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('may not be written by this user'),
      fix: expect.stringContaining('chown'),
    });
  });

  it('finds one that is no database', async () => {
    writeFileSync(path, 'a text that is long enough to be no header of SQLite, and then some more of it');
    expect((await look())['database']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('damaged'),
      fix: expect.stringContaining('backup'),
    });
  });
});

/** Root may write everything: for as long as `work` takes this process is somebody else. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('the doctor of a PostgreSQL', () => {
  it('finds one that is not there, without telling the password', async () => {
    const env = {
      JWT_SECRET: 'a secret for tests that is long enough',
      DATABASE_URL: 'postgres://desk:hidden-pw@127.0.0.1:9/desk',
    };
    const found = await findingsOf(env, { directory: tmpdir(), only });
    expect(found['database']).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('nothing listens'),
    });
    expect(found.text).not.toContain('hidden-pw');
  });
});

describe('the doctor of a PostgreSQL that hangs', () => {
  it('gives it its time, and says so', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const env = {
      JWT_SECRET: 'a secret for tests that is long enough',
      DATABASE_URL: `postgres://desk:pw-of-desk@127.0.0.1:${port}/desk`,
    };
    try {
      const found = await findingsOf(env, { directory: tmpdir(), only: ['database'] });
      expect(found['database']).toMatchObject({
        verdict: 'failure',
        cause: expect.stringContaining('in time'),
      });
    } finally {
      server.close();
    }
  });
});

describeOnPostgres('the doctor of a running PostgreSQL', () => {
  const secret = { JWT_SECRET: 'a secret for tests that is long enough' };

  it('finds it well, and leaves no row', async () => {
    const { env, drop } = await testDatabase();
    try {
      const found = await findingsOf({ ...secret, ...env }, { directory: tmpdir(), only });
      expect([found['database']?.verdict, found['migrations']?.verdict]).toEqual(['ok', 'ok']);
      expect(found['database']?.message).toContain('postgres');
    } finally {
      await drop();
    }
  });

  it('names the migrations that wait', async () => {
    const { env, drop } = await bareTestDatabase();
    try {
      const found = await findingsOf({ ...secret, ...env }, { directory: tmpdir(), only });
      expect(found['migrations']).toMatchObject({
        verdict: 'failure',
        fix: expect.stringContaining('migration:run'),
      });
    } finally {
      await drop();
    }
  });

  it('finds a database that is not there', async () => {
    const { env, drop } = await testDatabase();
    try {
      const url = new URL(env['DATABASE_URL'] as string);
      url.pathname = '/no-such-desk';
      const absent = await findingsOf({ ...secret, DATABASE_URL: url.href }, { directory: tmpdir(), only });
      expect(absent['database']).toMatchObject({
        verdict: 'failure',
        cause: expect.stringContaining('no database of that name'),
      });
    } finally {
      await drop();
    }
  });
});
