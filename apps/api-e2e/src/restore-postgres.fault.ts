import { POSTGRES_GUEST, PostgresServer, selfSigned } from '@liftdesk/testing';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, Installation } from './harness/built-api';
import { begin } from './harness/command';
import { deedsOfRestore, pauseAt } from './harness/deeds';

/** The first of the two statements by which the databases change names. */
const SWAP = 'postgres query alter database';
const describeWithPostgres = PostgresServer.isInstalled ? describe : describe.skip;
const WHY = PostgresServer.isInstalled ? '' : 'POSTGRESQL ONLY, left out: ';

describeWithPostgres(`${WHY}a restore into PostgreSQL by the built command`, () => {
  const own = selfSigned(['localhost'], []);
  const { user, password } = POSTGRES_GUEST;
  let server: PostgresServer;
  let installation: Installation;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await PostgresServer.start({ tls: { certificate: own.certificate, key: own.privateKey } });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    // Nobody who may everything: what an operator has.
    await server.query(`alter role ${user} createdb`);
    installation = new Installation();
    await server.query(`create database desk owner ${user}`);
    writeFileSync(path('own.pem'), own.certificate);
    env = {
      DATABASE_URL: address(password),
      DATABASE_CA_FILE: path('own.pem'),
      DATABASE_SSL: 'verify',
    };
    expect(await run('migration:run')).toMatchObject({ code: 0 });
    const maja = ['--role', 'agent', '--email', 'maja@desk.example', '--name', 'then'];
    expect(await run('user:create', ...maja, '--password', 'a password for maja')).toMatchObject({ code: 0 });
    expect(await run('backup')).toMatchObject({ code: 0, stderr: '' });
    await mark('now');
  });
  afterEach(async () => {
    for (const name of await databases('desk')) await server.query(`drop database "${name}" with (force)`);
    for (const name of await drafts()) await server.query(`drop database "${name}" with (force)`);
    installation.remove();
  });

  const address = (word: string, database = 'desk'): string =>
    `postgres://${user}:${encodeURIComponent(word)}@localhost:${server.port}/${database}`;
  const path = (...names: string[]): string => join(installation.folder, ...names);
  const run = (...args: string[]): Promise<Ending> => begin(installation, args, env).ended;
  const restore = (...args: string[]): Promise<Ending> => run('restore', 'latest', ...args);
  const databases = async (prefix: string): Promise<string[]> =>
    (
      await server.query<{ datname: string }>(
        'select datname from pg_database where starts_with(datname, $1) order by 1',
        [prefix],
      )
    ).map(({ datname }) => datname);
  const drafts = () => databases('liftdesk_');
  const mark = (word: string) => server.query(`update "user" set name = '${word}'`, [], 'desk');
  const markOf = async (database = 'desk'): Promise<string | undefined> =>
    (await server.query<{ name: string }>('select name from "user"', [], database))[0]?.name;
  const leftovers = (): string[] => readdirSync(path('backups')).filter((name) => name.startsWith('.work'));

  const deeds = (): Promise<string[]> => deedsOfRestore(installation, env);
  const pausedAt = (deed: number, from?: string): Record<string, string> => ({
    ...env,
    ...pauseAt(installation, deed, from),
  });

  it('is done by an owner who may create databases, over TLS', async () => {
    expect(await restore()).toMatchObject({ code: 0, stderr: '' });
    expect(await markOf()).toBe('then');
    const [, aside] = await databases('desk');
    expect(await markOf(aside)).toBe('now');
    expect(await drafts()).toEqual([]);
    expect(leftovers()).toEqual([]);
    // The desk is its owner's, and serves.
    const api = await installation.start(env);
    await api.stop();
  });

  it('killed with SIGKILL at any stage leaves the old desk or the new one, and the same command finishes', async () => {
    const all = await deeds();
    const swap = all.findIndex((deed) => deed.startsWith(SWAP));
    const before = Array.from({ length: 6 }, (_, index) => pausedAt(1 + Math.floor((index * swap) / 6)));
    const last = Array.from({ length: all.length - swap }, (_, index) => pausedAt(index + 1, SWAP));
    const seen = new Set<string>();
    for (const pause of [...before, ...last]) {
      for (const name of (await databases('desk')).slice(1)) await server.query(`drop database "${name}"`);
      await mark('now');
      const command = begin(installation, ['restore', 'latest'], pause);
      await command.says('paused at');
      await command.kill();
      const found = (await markOf()) ?? '';
      seen.add(found);
      expect(['then', 'now']).toContain(found);
      const kept = (await databases('desk')).slice(1);
      expect(kept).toHaveLength(found === 'then' ? 1 : 0);
      if (found === 'then') expect(await markOf(kept[0])).toBe('now');
      expect(await restore()).toMatchObject({ code: 0, stderr: '' });
      expect(await markOf()).toBe('then');
      expect(await drafts()).toEqual([]);
    }
    expect([...seen].sort()).toEqual(['now', 'then']);
    expect(leftovers()).toEqual([]);
  });

  it('whose server goes away ends with a line, and leaves the desk', async () => {
    const half = pausedAt(Math.floor((await deeds()).length / 2));
    await mark('now');
    for (const pause of [half, pausedAt(1, SWAP)]) {
      const command = begin(installation, ['restore', 'latest'], pause);
      await command.says('paused at');
      await server.restart('immediate');
      writeFileSync(path('go'), '');
      const { code, stderr } = await command.ended;
      rmSync(path('go'));
      expect(code).toBe(1);
      expect(stderr).toMatch(/^[^\n]*The desk is as it was[^\n]*\n$/);
      expect(await markOf()).toBe('now');
    }
    expect(await restore()).toMatchObject({ code: 0, stderr: '' });
    expect(await drafts()).toEqual([]);
  });

  it('is refused while a server is connected, which is named', async () => {
    const api = await installation.start(env);
    const { code, stderr } = await restore();
    await api.stop();
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/in use by liftdesk of guest.*stop every server/) as string,
    });
    expect(await markOf()).toBe('now');
    // Who has just been stopped is in nobody's way.
    expect(await restore()).toMatchObject({ code: 0, stderr: '' });
  });

  it('is refused to who may not create databases, with what to grant', async () => {
    await server.query(`alter role ${user} nocreatedb`);
    const { code, stderr } = await restore();
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`alter role "${user}" createdb;`) as string,
    });
    expect(await markOf()).toBe('now');
  });

  it('says what of its settings only an administrator can give it again', async () => {
    await server.query(`alter database desk set log_statement to 'ddl'`);
    const { code, stdout } = await restore();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`alter database "desk" set "log_statement" to 'ddl';`) as string,
    });
  });

  it('with a wrong password or certificate ends with a line', async () => {
    env['DATABASE_URL'] = address('another');
    expect(await restore()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/password of guest/) as string,
    });
    env['DATABASE_URL'] = address(password);
    delete env['DATABASE_CA_FILE'];
    expect(await restore()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/DATABASE_CA_FILE/) as string,
    });
  });

  it('leaves another desk alone that it is rehearsed beside, and makes one where there is none', async () => {
    env['REHEARSAL'] = address(password, 'desk_rehearsal');
    expect(await restore('--into', 'env:REHEARSAL')).toMatchObject({ code: 0, stderr: '' });
    expect([await markOf(), await markOf('desk_rehearsal')]).toEqual(['now', 'then']);
    await server.query('drop database desk');
    expect(await restore()).toMatchObject({ code: 0, stderr: '' });
    expect(await markOf()).toBe('then');
  });

  it('is not for a file of SQLite, and says the way there', async () => {
    const { code, stderr } = await restore('--into', `sqlite:${path('desk.sqlite')}`);
    expect({ code, stderr }).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/is a backup of PostgreSQL.*--into postgres:.*db:move/) as string,
    });
    expect(existsSync(path('desk.sqlite'))).toBe(false);
  });
});
