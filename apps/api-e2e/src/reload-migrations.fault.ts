import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuiltApi, Installation } from './harness/built-api';
import { Client, type Ticket } from './harness/client';
import { Load } from './harness/load';
import { MADE_UP, nextBuild, TAKEN_BACK } from './harness/next-build';
import { PausedCommand } from './harness/paused-command';

const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

/** `migration:run` of the next release, beside the server of this one. */
describe('a migration that only adds, on SQLite beside a server that is written to', () => {
  const builds = mkdtempSync(join(tmpdir(), 'liftdesk-builds-'));
  const next = nextBuild(builds);
  let installation: Installation;
  let server: BuiltApi;
  let agent: Client;
  let statements: number;

  beforeAll(async () => {
    installation = new Installation(next).migrate();
    installation.addUser('agent', AGENT.email, AGENT.password);
    takeBack();
    server = await BuiltApi.started(installation.folder, installation.env());
    agent = await new Client(server.origin).signIn(AGENT.email, AGENT.password);
    statements = await PausedCommand.count(installation, 'migration:run');
    takeBack();
  });
  afterAll(async () => {
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
    installation.remove();
    rmSync(builds, { recursive: true });
  });
  afterEach(() => {
    onDisk((database) => {
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    });
    if (isThere()) takeBack();
  });

  function onDisk<T>(work: (database: Database.Database) => T): T {
    const database = new Database(installation.databasePath, { timeout: 10_000 });
    try {
      return work(database);
    } finally {
      database.close();
    }
  }
  const takeBack = (): void => onDisk((database) => TAKEN_BACK.forEach((sql) => database.exec(sql)));
  const isThere = (): boolean =>
    onDisk((database) => {
      const found = database
        .prepare(`select count(*) from migrations where name = '${MADE_UP}'`)
        .pluck()
        .get();
      const parts = database
        .prepare(`select count(*) from sqlite_master where name in ('made_up', 'ticket_made_up')`)
        .pluck()
        .get();
      expect(parts).toBe(found ? 2 : 0);
      return found === 1;
    });
  const isHeld = (): boolean =>
    onDisk((database) => {
      database.pragma('busy_timeout = 0');
      try {
        database.exec('begin immediate; rollback');
        return false;
      } catch (error) {
        expect((error as { code: string }).code).toBe('SQLITE_BUSY');
        return true;
      }
    });
  const open = (subject: string): Promise<Ticket> =>
    agent.post<Ticket>('/tickets', { subject, body: 'x', requesterEmail: 'ana@people.example' });

  it('loses nothing of theirs, while it is under load', async () => {
    const load = new Load(server.origin, agent.token);
    for (let round = 0; round < 5; round += 1) {
      await load.goOn(100);
      expect(installation.command('migration:run')).toContain(`applied ${MADE_UP}\n`);
      await load.goOn(100);
      expect(isThere()).toBe(true);
      takeBack();
    }
    const { lost, tickets } = await load.end();
    expect(lost).toEqual([]);
    const kept = new Set(onDisk((database) => database.prepare('select id from ticket').pluck().all()));
    expect(tickets.filter((id) => !kept.has(id))).toEqual([]);
  });

  it.each(['goes on', 'is killed'])(
    'makes who writes wait while it stands still, and who reads not; it %s',
    async (how) => {
      let held = 0;
      for (let statement = 1; statement <= statements; statement += 1) {
        const command = await PausedCommand.at(statement, installation, 'migration:run');
        const isOurs = isHeld();
        held += Number(isOurs);
        let isWritten = false;
        const writing = Promise.all(['a', 'b', 'c'].map((one) => open(`${how} ${statement} ${one}`))).finally(
          () => (isWritten = true),
        );
        for (let n = 0; n < 3; n += 1) await agent.get('/tickets?limit=5');
        if (isOurs) expect({ statement, isWritten }).toEqual({ statement, isWritten: false });
        const { code, stderr } = await (how === 'goes on' ? command.goOn() : command.kill());
        expect({ statement, code, stderr }).toEqual({
          statement,
          code: how === 'goes on' ? 0 : null,
          stderr: '',
        });
        await writing;
        if (how === 'goes on') expect(isThere()).toBe(true);
        if (isThere()) takeBack();
      }
      // begin, look, three changes, the note that it is done, commit
      expect(held).toBeGreaterThan(4);
    },
  );

  it('is made once, whoever else makes it at the same time', async () => {
    const both = [1, 2].map(() => PausedCommand.at(1, installation, 'migration:run'));
    const ended = await Promise.all((await Promise.all(both)).map((command) => command.goOn()));
    expect(ended).toMatchObject([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(
      ended
        .map(({ stdout }) => stdout)
        .join('')
        .split(`applied ${MADE_UP}`),
    ).toHaveLength(2);
    expect(isThere()).toBe(true);
  });
});
