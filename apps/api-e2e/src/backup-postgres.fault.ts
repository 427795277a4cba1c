import { POSTGRES_GUEST, PostgresServer, selfSigned } from '@liftdesk/testing';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, Installation } from './harness/built-api';
import { begin } from './harness/command';

const describeWithPostgres = PostgresServer.isInstalled ? describe : describe.skip;
const WHY = PostgresServer.isInstalled ? '' : 'POSTGRESQL ONLY, left out: ';
const DAY_MS = 86_400_000;

describeWithPostgres(`${WHY}backups of PostgreSQL by the built command`, () => {
  const own = selfSigned(['localhost'], []);
  const { user, password } = POSTGRES_GUEST;
  let server: PostgresServer;
  let installation: Installation;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await PostgresServer.start({ tls: { certificate: own.certificate, key: own.privateKey } });
    await server.query(`alter role ${user} createdb`);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    installation = new Installation();
    await server.query(`create database desk owner ${user}`);
    writeFileSync(path('own.pem'), own.certificate);
    env = {
      DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@localhost:${server.port}/desk`,
      DATABASE_CA_FILE: path('own.pem'),
      DATABASE_SSL: 'verify',
    };
    expect((await run('migration:run')).code).toBe(0);
  });
  afterEach(async () => {
    await server.query('drop database desk with (force)');
    installation.remove();
  });

  const path = (...names: string[]): string => join(installation.folder, ...names);
  const run = (command: string, more: Record<string, string> = {}): Promise<Ending> =>
    begin(installation, [command], { ...env, ...more }).ended;
  const scratches = async (): Promise<string[]> =>
    (
      await server.query<{ datname: string }>(
        `select datname from pg_database where datname like 'liftdesk_proof%'`,
      )
    ).map(({ datname }) => datname);
  const manifests = (): string[] =>
    existsSync(path('backups'))
      ? readdirSync(path('backups')).filter((name) => name.endsWith('.manifest.json'))
      : [];
  /** Programs that do this instead of what they should. */
  function programs(script: (name: string) => string): string {
    mkdirSync(path('bin'));
    for (const name of ['pg_dump', 'pg_restore']) {
      writeFileSync(path('bin', name), `#!/bin/sh\n${script(name)}\n`);
      chmodSync(path('bin', name), 0o755);
    }
    return path('bin');
  }

  it('go over TLS that is verified, and show the password to nobody who lists processes', async () => {
    const real = realPrograms();
    const spy = programs(
      (name) =>
        `echo "$@" >> ${path('seen')}; echo "$PGSSLMODE" >> ${path('seen')}; exec ${real}/${name} "$@"`,
    );
    expect(await run('backup', { PG_BIN_DIR: spy })).toMatchObject({ code: 0, stderr: '' });
    const seen = readFileSync(path('seen'), 'utf8');
    expect(seen).toContain('--format=custom');
    expect(seen).toContain('verify-full');
    expect(seen).not.toContain(password);
    expect(manifests()).toHaveLength(1);
    expect(await scratches()).toEqual([]);
  });

  it('say what to install where pg_dump is missing or too old', async () => {
    mkdirSync(path('empty'));
    const missing = await run('backup', { PG_BIN_DIR: path('empty') });
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is none .* install postgresql-client-\d+/) as string,
    });
    const old = programs(() => 'echo "pg_dump (PostgreSQL) 9.6.24"');
    const tooOld = await run('backup', { PG_BIN_DIR: old });
    expect(tooOld).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there is only 9 .* install/) as string,
    });
    expect(manifests()).toEqual([]);
  });

  it('fail loudly when pg_dump ends in the midst of it', async () => {
    const real = realPrograms();
    const broken = programs((name) =>
      name === 'pg_dump'
        ? `[ "$1" = --version ] && exec ${real}/pg_dump --version; ${real}/pg_dump "$@" | head -c 5000; echo "pg_dump: error: connection lost" >&2; exit 1`
        : `exec ${real}/pg_restore "$@"`,
    );
    expect(await run('backup', { PG_BIN_DIR: broken })).toMatchObject({
      code: 1,
      stderr: 'pg_dump failed: pg_dump: error: connection lost\n',
    });
    expect(manifests()).toEqual([]);
  });

  it('killed in the proof leave a database that a later one removes, and those of others alone', async () => {
    const command = begin(installation, ['backup'], env);
    while ((await scratches()).length === 0)
      await Promise.race([command.ended, new Promise((resolve) => setTimeout(resolve, 5))]);
    await command.kill();
    expect(manifests()).toEqual([]);
    const [left] = await scratches();
    const old = `liftdesk_proof_${Date.now() - 2 * DAY_MS}_abcdef01`;
    await server.query(`create database ${old} owner ${user}`);
    expect(await run('backup')).toMatchObject({ code: 0, stderr: '' });
    expect(await scratches()).toEqual([left]);
    await server.query(`drop database ${left} with (force)`);
    expect(manifests()).toHaveLength(1);
  });

  it('may be made before a migration, and are proven to take it', async () => {
    expect((await run('migration:revert')).code).toBe(0);
    expect(await run('backup')).toMatchObject({ code: 0, stderr: '' });
    const { migrations } = JSON.parse(readFileSync(path('backups', manifests()[0] ?? ''), 'utf8')) as {
      migrations: string[];
    };
    const rows = await server.query('select name from migrations', [], 'desk');
    expect(migrations).toHaveLength(rows.length);
  });

  it('say what right is missing where the user may not create the database of the proof', async () => {
    await server.query(`alter role ${user} nocreatedb`);
    try {
      const { code, stderr } = await run('backup');
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/may not create .* createdb/) as string,
      });
    } finally {
      await server.query(`alter role ${user} createdb`);
    }
    expect(manifests()).toEqual([]);
  });

  it('say so where the server is away, and where the password is wrong', async () => {
    await server.halt('fast');
    try {
      expect(await run('backup')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('nothing answers there') as string,
      });
    } finally {
      await server.resume();
    }
    const wrong = await run('backup', {
      DATABASE_URL: (env['DATABASE_URL'] ?? '').replace(encodeURIComponent(password), 'wrong'),
    });
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the password of guest is wrong') as string,
    });
  });
});

/** Where Debian, or the path, has those of the newest version. */
function realPrograms(): string {
  const home = '/usr/lib/postgresql';
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env['PATH'] ?? '').split(':');
  const found = [...versions.map((version) => join(home, version, 'bin')), ...onPath].find((folder) =>
    existsSync(join(folder, 'pg_dump')),
  );
  if (found === undefined) throw new Error('There is no pg_dump on this machine');
  return found;
}
