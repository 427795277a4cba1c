import { PostgresServer, SecretsManagerServer, serviceUnavailable } from '@liftdesk/testing';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuiltApi, Ending } from './harness/built-api';
import { Client, type Ticket } from './harness/client';
import { type RunningCommand, pausingAfter } from './harness/command';
import { AGENT, SECRET_THERE, TwoPlaces } from './harness/two-places';

const WRITERS = 4;
const READERS = 2;

describe('a desk lifted and landed by the built commands', () => {
  let postgres: PostgresServer;
  let places: TwoPlaces;
  let servers: BuiltApi[];

  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    servers = [];
    places = await TwoPlaces.begin(postgres);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await places.end();
  });

  async function started(env: Record<string, string> = {}): Promise<BuiltApi> {
    const server = await places.installation.start(env);
    servers.push(server);
    return server;
  }
  async function stopped(server: BuiltApi): Promise<void> {
    servers = servers.filter((one) => one !== server);
    await server.stop();
  }
  const done = ({ code, stderr }: Ending): void => expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const ticketsThere = async (): Promise<number> =>
    (await places.there<{ n: number }>('select count(*)::int as n from ticket'))[0]?.n ?? 0;
  const usersThere = (): Promise<object[]> => places.there(`select email from "user" order by rid`);
  const addUser = (email: string): void => places.installation.addUser('customer', email, AGENT[1]);
  const untilPut = async (times: number): Promise<void> => {
    while (places.s3.seenOf('PutObject').length < times) await sleep(2);
  };
  /** What the doctor puts into a bucket is gone again, and is not counted. */
  const forgetDoctor = async (command: RunningCommand): Promise<void> => {
    await command.says('Moving files');
    places.s3.seen.length = 0;
  };

  it('loses no write that was acknowledged, while people read on; the desk goes on there, and comes home', async () => {
    const bytes = { name: 'big.txt', bytes: new Uint8Array(Buffer.alloc(200_000, 'All work and no play. ')) };
    const old = await started();
    const agent = await new Client(old.origin).signIn(...AGENT);
    const [file] = await agent.stage(bytes);
    const acknowledged = new Set<string>();
    const refused: [number, string | null][] = [];
    const read = new Set<number>();
    let [over, opened] = [false, 0];
    const writer = async (n: number): Promise<void> => {
      const body = {
        subject: `A brass lantern ${n}`,
        body: 'It flickers.',
        requesterEmail: 'ana@people.example',
      };
      while (!over) {
        const answer = await agent.send('POST', '/api/tickets', body);
        const ticket = (await answer.json()) as Ticket;
        if (answer.status === 201) acknowledged.add(ticket.id);
        else {
          refused.push([answer.status, answer.headers.get('retry-after')]);
          await sleep(100);
        }
        opened += 1;
      }
    };
    const reader = async (): Promise<void> => {
      while (!over) {
        const answer = await agent.send('GET', '/api/tickets?limit=50');
        await answer.arrayBuffer();
        read.add(answer.status);
        await sleep(10);
      }
    };
    const people = [
      ...Array.from({ length: WRITERS }, (_, n) => writer(n)),
      ...Array.from({ length: READERS }, reader),
    ];
    const uploads = places.everything('uploads');
    while (opened < 50) await sleep(5);
    const ending = await places.lifted();
    over = true;
    await Promise.all(people);
    done(ending);
    expect(read).toEqual(new Set([200]));
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(String))).toEqual(new Set(['503,30']));
    const ids = (await places.there<{ id: string }>('select id from ticket')).map(({ id }) => id);
    expect(new Set(ids)).toEqual(acknowledged);
    expect(places.everything('uploads')).toEqual(uploads);

    const there = await started(places.envThere);
    expect((await agent.send('GET', '/api/tickets')).status).toBe(200);
    expect((await new Client(there.origin).as(agent.token).send('GET', '/api/tickets')).status).toBe(401);
    const agentThere = await new Client(there.origin).signIn(...AGENT);
    const ticket = { subject: 'A glass chimney', body: 'Cracked.', requesterEmail: 'ana@people.example' };
    const next = await agentThere.post<Ticket>('/tickets', ticket);
    expect(next.number).toBe(acknowledged.size + 1);
    expect((await agentThere.download(file?.id ?? '')).bytes.equals(Buffer.from(bytes.bytes))).toBe(true);
    await stopped(old);

    const home = { DATABASE_PATH: places.path('second.sqlite'), UPLOAD_DIR: places.path('second') };
    done(await places.land([], home).ended);
    await stopped(there);
    const again = await new Client((await started(home)).origin).signIn(...AGENT);
    expect((await again.post<Ticket>('/tickets', ticket)).number).toBe(next.number + 1);
    expect((await again.download(file?.id ?? '')).bytes.equals(Buffer.from(bytes.bytes))).toBe(true);
  });

  describe('killed with SIGKILL, the same command finishes the work', () => {
    it.each([
      ['as the maintenance begins', 'The source is in maintenance', []],
      ['in the backup', 'Read the database at one instant', []],
      ['before the rows', '\nbackup: ', ['backup']],
      ['in the rows', 'Moving message', ['backup']],
      ['in the proof', 'Proving', ['backup']],
      ['before the files', '\ndatabase: ', ['backup', 'database']],
      ['before the verification', '\nfiles: ', ['backup', 'database', 'files']],
    ])('%s', async (_when, words, doneBefore) => {
      places.seed(100);
      const files = places.fill(10, 70_000, 0);
      const command = places.lift([], pausingAfter(words));
      await command.paused();
      await command.kill();
      expect(places.isInMaintenance()).toBe(true);
      const ending = await places.lifted();
      done(ending);
      const skipped = [...ending.stdout.matchAll(/^(\w+): done by an earlier run/gm)].map(([, step]) => step);
      expect(skipped).toEqual(doneBefore);
      expect(await ticketsThere()).toBe(100);
      places.expectFilesThere(files);
      expect(places.isInMaintenance()).toBe(true);
    });

    it('when the rows are proven and nobody has written it down; but not when they were taken away since', async () => {
      const files = places.fill(10);
      const command = places.lift([], pausingAfter('\ndatabase: '));
      await command.paused();
      await command.kill();
      const [name] = readdirSync(places.path('move-reports')).filter((one) => /^lift-.*json$/.test(one));
      const path = places.path('move-reports', name ?? '');
      const journal = JSON.parse(readFileSync(path, 'utf8')) as { done: Record<string, string> };
      delete journal.done['database'];
      writeFileSync(path, JSON.stringify(journal));
      const ending = await places.lifted();
      done(ending);
      expect(ending.stdout).toMatch(/^database: done by an earlier run, \d rows, proven/m);
      places.expectFilesThere(files);

      await places.there('drop schema public cascade');
      await places.there('create schema public authorization pg_database_owner');
      const refused = await places.lifted();
      expect(refused).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('begin anew with --restart'),
      });
      done(await places.lifted(['--restart']));
      expect(await usersThere()).toEqual([{ email: AGENT[0] }]);
    });

    it('in the files', async () => {
      const files = places.fill(...Array.from({ length: 30 }, (_, n) => 1_000 + n));
      places.s3.faults.always('PutObject', { kind: 'delay', ms: 30 });
      const command = places.lift();
      await forgetDoctor(command);
      await untilPut(12);
      await command.kill();
      places.s3.faults.clear();
      const ending = await places.lifted();
      done(ending);
      expect(ending.stdout).toContain('database: done by an earlier run');
      places.expectFilesThere(files);
    });
  });

  it('a bucket that goes away in the middle ends it with a line; when it is back the same command finishes', async () => {
    const files = places.fill(...Array.from({ length: 30 }, (_, n) => 1_000 + n));
    places.s3.faults.always('PutObject', { kind: 'delay', ms: 50 });
    const command = places.lift();
    await forgetDoctor(command);
    await untilPut(2);
    places.s3.faults.clear();
    places.s3.faults.always('any', serviceUnavailable);
    const { code, stderr } = await command.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The target of the files cannot be used: .*\nThe source is as it was, and still in maintenance\./,
    );
    places.s3.faults.clear();
    const ending = await places.lifted();
    done(ending);
    expect(ending.stdout).toContain('database: done by an earlier run');
    places.expectFilesThere(files);
  });

  it('a file that the source has lost is told before anything is stopped, and another one when it is read', async () => {
    const [lost, damaged, ...rest] = places.fill(10, 20, 30, 40);
    rmSync(places.path('uploads', lost?.key ?? ''));
    writeFileSync(places.path('uploads', damaged?.key ?? ''), Buffer.alloc(20));
    const before = places.everything();
    const early = await places.lifted();
    expect(early.code).toBe(4);
    expect(early.stderr).toMatch(/^Files that the source has lost: 1\n {2}missing in the source: .*\n/);
    expect(early.stderr).toContain('--allow-missing 1');
    const { stdout } = await places.lifted(['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, exitCode: 4, error: early.stderr.trimEnd() });
    await places.expectUntouched(before);
    const late = await places.lifted(['--allow-missing', '1']);
    expect(late.code).toBe(4);
    expect(late.stderr).toMatch(/^Files that the source has lost: 2\n/);
    expect(late.stderr).toContain('--allow-missing 2');
    expect(places.isInMaintenance()).toBe(true);
    const ending = await places.lifted(['--allow-missing', '2', '--json']);
    expect(ending.code).toBe(0);
    expect(JSON.parse(ending.stdout)).toMatchObject({ ok: true, missing: 2, takesWrites: false });
    places.expectFilesThere(rest);
    expect(places.s3.objects.size).toBe(2);
    expect(late.stderr + ending.stderr + ending.stdout).not.toContain('a private name');
  });

  it('called off in the rows, given up, and lifted again after somebody has written: that begins anew, and says so', async () => {
    places.seed(300);
    const command = places.lift([], pausingAfter('Moving message'));
    await command.paused();
    process.kill(command.pid, 'SIGINT');
    const { code, stderr } = await command.goOn();
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /^The move was interrupted\. .*\nThe source is as it was, and still in maintenance\./,
    );
    done(await places.command(['maintenance', 'off']));
    places.inDatabase((database) =>
      database.exec(`update ticket set subject = 'Written since' where rid = 1`),
    );

    const refused = await places.lifted();
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('begin anew with --restart');
    expect(places.isInMaintenance()).toBe(false);
    done(await places.lifted(['--restart']));
    expect(await places.there(`select subject from ticket where rid = 1`)).toEqual([
      { subject: 'Written since' },
    ]);
  });

  it('called off in the backup, or refused by what came up meanwhile, the source takes writes again', async () => {
    places.seed(50);
    const atMaintenance = pausingAfter('The source is in maintenance');
    const called = places.lift([], atMaintenance);
    await called.paused();
    process.kill(called.pid, 'SIGTERM');
    const { code, stderr } = await called.goOn();
    expect(code).toBe(130);
    expect(stderr).toMatch(/Nothing has reached the target, and the source takes writes again\n$/);
    expect(places.isInMaintenance()).toBe(false);

    const late = places.lift([], atMaintenance);
    await late.paused();
    await places.useThere();
    const ending = await late.goOn();
    expect(ending.code).toBe(3);
    expect(ending.stderr).toMatch(/holds tables that are not Liftdesk’s[^]*takes writes again\n$/);
    expect(places.isInMaintenance()).toBe(false);
    await places.there('drop table bought');
    done(await places.lifted());
  });

  it('what an operator has switched on stays on, in their words', async () => {
    done(await places.command(['maintenance', 'on', '--message', 'Back at noon']));
    await places.useThere();
    expect((await places.lifted()).code).toBe(3);
    await places.there('drop table bought');
    done(await places.lifted());
    const message = places.inDatabase((database) =>
      database.prepare('select message from maintenance').pluck().get(),
    );
    expect(message).toBe('Back at noon');
  });

  it('of two at once one is refused, and does the other no harm', async () => {
    places.fill(10);
    const first = places.lift([], pausingAfter('The source is in maintenance'));
    await first.paused();
    const second = await places.lifted();
    expect(second.code).toBe(3);
    expect(second.stderr).toMatch(/^Another lift or land .* is under way/);
    expect(places.isInMaintenance()).toBe(true);
    done(await first.goOn());
  });

  it('where both places have the same database, files alone are brought; and the other way round', async () => {
    const files = places.fill(10, 20);
    const onlyFiles = await places.lifted([], {
      THERE_DATABASE_URL: '',
      THERE_DATABASE_PATH: './desk.sqlite',
    });
    done(onlyFiles);
    expect(onlyFiles.stdout).not.toMatch(/^database: /m);
    expect(onlyFiles.stdout).toContain(
      'both places have one database. NODE_ENV=test npm run maintenance -- off',
    );
    places.expectFilesThere(files);
    done(await places.command(['maintenance', 'off']));
    places.describe({ STORAGE_TYPE: 'local', UPLOAD_DIR: './uploads' });
    const onlyRows = await places.lifted();
    done(onlyRows);
    expect(onlyRows.stdout).not.toMatch(/^files: /m);
    expect(await usersThere()).toEqual([{ email: AGENT[0] }]);
  });

  it('a masked copy leaves the files and the desk where they are, which goes on', async () => {
    addUser('ana.ribeiro@people.example');
    places.fill(10);
    done(await places.lifted());
    done(await places.command(['maintenance', 'off'], { DATABASE_URL: places.databaseUrl }));
    const home = { DATABASE_PATH: places.path('second.sqlite'), UPLOAD_DIR: places.path('second') };
    const command = places.land(['--mask'], { ...home, ...pausingAfter('Moving user') });
    await command.paused();
    await command.kill();
    const ending = await places.land(['--mask'], home).ended;
    done(ending);
    expect(ending.stdout).toContain('files were left behind');
    expect(ending.stdout).toMatch(/is as it was. It takes writes/);
    expect(ending.stdout).not.toContain('backup: ');
    expect(await places.there('select * from maintenance')).toEqual([]);
    expect(places.everything().filter((name) => name.startsWith('second/'))).toEqual([]);
    const people = places.inDatabase(
      (database) => database.prepare('select email from "user"').pluck().all(),
      home.DATABASE_PATH,
    );
    expect(people).toHaveLength(2);
    expect(people).not.toContain('ana.ribeiro@people.example');
  });

  it('lands from a place whose variables are in Secrets Manager; no secret is in what is said, and none in what is kept', async () => {
    const secrets = await SecretsManagerServer.start();
    try {
      places.fill(10, 20);
      done(await places.lifted());
      const id = 'prod/support-ticket/api';
      secrets.put(id, { JWT_SECRET: SECRET_THERE, DATABASE_URL: places.databaseUrl });
      places.describe({
        JWT_SECRET: '',
        SECRETS_PROVIDER: 'aws',
        SECRETS_ID: id,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      });
      const home = {
        DATABASE_PATH: places.path('second.sqlite'),
        UPLOAD_DIR: places.path('second'),
        THERE_DATABASE_URL: '',
      };
      const said: string[] = [];
      for (const args of [['--dry-run'], [], ['--json']]) {
        const { code, stdout, stderr } = await places.land(args, home).ended;
        expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
        said.push(stdout, stderr);
      }
      const kept = readdirSync(places.path('move-reports')).map((name) =>
        readFileSync(places.path('move-reports', name), 'utf8'),
      );
      const password = decodeURIComponent(new URL(places.databaseUrl).password);
      for (const text of [...said, ...kept])
        for (const secret of [SECRET_THERE, password, encodeURIComponent(password), 'test-secret'])
          expect(text).not.toContain(secret);
    } finally {
      await secrets.stop();
    }
  });

  it('rows that the other engine would refuse are told before anything is stopped, and mended where that is wanted', async () => {
    places.inDatabase((database) => database.exec(`update "user" set name = 'Maja' || char(0) || 'L'`));
    const before = places.everything();
    const { code, stderr } = await places.lifted();
    expect(code).toBe(3);
    expect(stderr).toMatch(/user\.name: NUL in a text/);
    await places.expectUntouched(before);
    done(await places.lifted(['--repair']));
    expect(await places.there(`select name from "user"`)).toEqual([{ name: 'Maja\ufffdL' }]);
  });

  it('relative paths of a file begin in its own folder', async () => {
    places.fill(10);
    const other = await TwoPlaces.begin(postgres);
    try {
      const file = other.path('.env.there');
      writeFileSync(file, 'NODE_ENV=test\nJWT_SECRET=another secret than this one has here\n');
      appendFileSync(file, 'UPLOAD_DIR=files\n');
      const { code, stdout } = await places.command(['lift', '--to', file], { THERE_DATABASE_URL: '' });
      expect(code).toBe(0);
      expect(stdout).toContain(
        `The desk is at sqlite:${other.path('database.sqlite')} and local:${other.path('files')}.`,
      );
      expect(statSync(other.path('database.sqlite')).size).toBeGreaterThan(0);
      expect(readdirSync(other.path('files', 'attachments'))).toHaveLength(1);
      expect(places.openToOthers('move-reports').filter((name) => !name.endsWith('.lock'))).toEqual([]);
    } finally {
      await other.end();
    }
  });
});
