import Database from 'better-sqlite3';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { BuiltApi, Ending, Installation } from './harness/built-api';
import { Client, Page, Ticket } from './harness/client';

/** One clear line, no stack, nothing on stdout, exit code 1. */
function expectOneLine({ code, stdout, stderr }: Ending, said: RegExp): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(said)]);
}

/** As if a newer version had migrated the database. */
function withMigration({ databasePath }: Installation, name: string): Database.Database {
  const database = new Database(databasePath);
  database.prepare('insert into migrations (timestamp, name) values (9999999999999, ?)').run(name);
  return database;
}

describe('the built product does not start', () => {
  let installation: Installation;
  let running: BuiltApi | undefined;

  beforeEach(() => {
    running = undefined;
    installation = new Installation().migrate();
  });
  afterEach(async () => {
    await running?.stop();
    installation.remove();
  });

  it('on a port that is taken', async () => {
    running = await installation.start();
    const port = new URL(running.origin).port;
    const other = new Installation().migrate();
    expectOneLine(await other.startInVain({ PORT: port }), /^Port \d+ is taken: stop .* PORT/);
    await (await other.start()).stop();
    other.remove();
  });

  it('on a database that another process serves, which goes on', async () => {
    running = await installation.start();
    expectOneLine(await installation.startInVain(), /^Another Liftdesk process is using .*: stop it first/);
    expect((await fetch(`${running.origin}/health/ready`)).status).toBe(200);
  });

  it('on a database from which a newer version has taken something away, and leaves it as it was', async () => {
    const database = withMigration(installation, 'ContractTheFuture9999999999999');
    const before = database.serialize();
    expectOneLine(await installation.startInVain(), /newer version of Liftdesk .*ContractTheFuture/);
    expect(database.serialize().equals(before)).toBe(true);
    database.close();
  });

  it('on a database that was never migrated', async () => {
    const fresh = new Installation();
    expectOneLine(await fresh.startInVain(), /migration\(s\): run `npm run migration:run`/);
    fresh.remove();
  });

  it('on a file that is no database', async () => {
    const path = join(installation.folder, 'letter.sqlite');
    writeFileSync(path, 'Dear database, '.repeat(1_000));
    expectOneLine(
      await installation.startInVain({ DATABASE_PATH: path }),
      /^Cannot open the database .*letter\.sqlite/,
    );
  });

  it.each(['DATABASE_PATH', 'UPLOAD_DIR', 'LOG_DIR'])('where it cannot write: %s', async (variable) => {
    const file = join(installation.folder, 'a-file');
    writeFileSync(file, '');
    const path = join(file, 'below', 'x');
    expectOneLine(
      await installation.startInVain({ [variable]: path }),
      new RegExp(`cannot be written: .* ${variable}`),
    );
  });

  it('with a wrong configuration, and says all that is wrong and no value', async () => {
    const wrong = {
      PORT: 'eighty',
      JWT_SECRET: 'tooshort-secret',
      JWT_EXPIRES_IN: 'soonish',
      STORAGE_TYPE: 'ftp',
      LOG_LEVEL: 'shout',
      RATE_LIMIT_USER: '-5',
    };
    const { code, stdout, stderr } = await installation.startInVain(wrong);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    for (const name of Object.keys(wrong)) expect(stderr).toContain(`${name}: `);
    for (const secret of ['tooshort', 'eighty', 'soonish', '    at ']) expect(stderr).not.toContain(secret);
  });

  it('in production with a secret for development or with every origin', async () => {
    const { code, stderr } = await installation.startInVain({
      NODE_ENV: 'production',
      JWT_SECRET: 'dev-secret-key-change-in-production',
      FRONTEND_URL: '*',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('JWT_SECRET');
    expect(stderr).toContain('FRONTEND_URL');
    expect(stderr).not.toContain('dev-secret');
  });
});

describe('the built product on the schema of a newer version that only added', () => {
  it('starts, works, and says so in its log and its health', async () => {
    const installation = new Installation().migrate();
    withMigration(installation, 'AddTeams9999999999999').close();
    const api = await installation.start();
    const health = (await (await fetch(`${api.origin}/health`)).json()) as {
      checks: Record<string, object>;
    };
    expect(health.checks['database']).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('AddTeams'),
    });
    await api.stop();
    const log = readFileSync(join(installation.folder, 'logs/application.log'), 'utf8');
    expect(log).toMatch(/database\.newer-version.*AddTeams9999999999999/);
    installation.remove();
  });
});

describe('the built product', () => {
  const installation = new Installation();
  beforeAll(() => {
    installation.migrate().addUser('agent', 'maja@desk.example', 'a password for maja');
  });
  afterAll(() => installation.remove());

  it('answers what is under way when it is told to stop, takes no more, and ends well within 10 seconds', async () => {
    const api = await installation.start();
    const client = await new Client(api.origin).signIn('maja@desk.example', 'a password for maja');
    const body = JSON.stringify({ subject: 'Under way', body: 'x' });
    const half = request(`${api.origin}/api/tickets`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${client.token}`,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
    });
    half.write(body.slice(0, 10));
    await client.get('/tickets');
    const stopping = performance.now();
    const ended = api.stop();
    await refuses(api.origin);
    const answered = new Promise<number | undefined>((resolve, reject) => {
      half.on('response', (answer) => resolve(answer.resume().statusCode));
      half.on('error', reject);
    });
    half.end(body.slice(10));
    expect(await answered).toBe(201);
    expect(await ended).toMatchObject({ code: 0 });
    expect(performance.now() - stopping).toBeLessThan(10_000);

    const again = await installation.start();
    const kept = await client.get.call(new Client(again.origin).as(client.token), '/tickets?q=subject:way');
    expect((kept as Page<Ticket>).items).toHaveLength(1);
    await again.stop();
  });

  it('ends streams of events at once when it is told to stop, does not wait for them, and serves them again', async () => {
    const api = await installation.start();
    const client = await new Client(api.origin).signIn('maja@desk.example', 'a password for maja');
    const follow = (origin: string, headers: Record<string, string> = {}) =>
      fetch(`${origin}/api/events`, { headers: { Authorization: `Bearer ${client.token}`, ...headers } });
    const streams = await Promise.all([follow(api.origin), follow(api.origin)]);
    const stopping = performance.now();
    const ended = api.stop();
    // To the end: an answer that is cut off would throw.
    for (const stream of streams) expect(await stream.text()).toMatch(/^event: hello\nid: \S+\n/);
    expect(await ended).toMatchObject({ code: 0 });
    // What is open at the limit of 9 s would be cut.
    expect(performance.now() - stopping).toBeLessThan(8_000);

    const again = await installation.start();
    const resumed = await follow(again.origin, { 'Last-Event-ID': '1-1' });
    const { value } = (await resumed.body?.getReader().read()) ?? {};
    expect(Buffer.from(value ?? []).toString()).toContain('event: resync\n');
    expect(await again.stop()).toMatchObject({ code: 0 });
  });

  it('ends within 10 seconds though somebody never finishes', async () => {
    const api = await installation.start();
    const slow = request(`${api.origin}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': 1_000 },
    });
    slow.on('error', () => undefined);
    slow.write('{');
    await fetch(`${api.origin}/health/live`);
    const stopping = performance.now();
    await api.stop();
    expect(performance.now() - stopping).toBeLessThan(10_000);
  });

  it('prints a set-up link while nobody works at the desk, and none afterwards', async () => {
    const empty = new Installation().migrate();
    const env = { NODE_ENV: 'staging' };
    const first = await empty.start(env);
    const said = (await first.stop()).stdout;
    expect(said).toMatch(/\/setup\?token=[\w-]{43}\n/);
    expect(said).not.toContain('Demo accounts');
    empty.addUser('admin', 'first@desk.example', 'a password for the first');
    const second = await empty.start(env);
    expect((await second.stop()).stdout).not.toContain('/setup');
    empty.remove();
  });
});

/** Resolves when nobody can connect any more. */
async function refuses(origin: string): Promise<void> {
  for (;;) {
    try {
      await fetch(`${origin}/health/live`);
    } catch {
      return;
    }
  }
}
