import { testDatabaseUrl } from '@liftdesk/testing';
import { Client } from 'pg';
import { RefusedError } from '../../common/operator-errors';
import type { PostgresConfig } from '../../config/database.schema';
import { connectTo } from '../../transfer/connect-postgres';
import { describeOnPostgres } from '../../testing/test-database';
import { DeskWithBackups } from '../testing/a-desk-with-backups';
import { cutName, draftPrefix } from './postgres.hub';

describeOnPostgres('a restore into PostgreSQL', () => {
  let desk: DeskWithBackups;
  let server: Client;
  let live: PostgresConfig;
  beforeEach(async () => {
    desk = await DeskWithBackups.make();
    live = desk.config.database as PostgresConfig;
    server = new Client({ connectionString: testDatabaseUrl() ?? '' });
    await server.connect();
  });
  afterEach(async () => {
    await desk.remove();
    await server.query('drop role if exists restore_stranger');
    await server.end();
  });

  const names = async (prefix: string): Promise<string[]> =>
    (
      await server.query<{ datname: string }>(
        'select datname from pg_database where starts_with(datname, $1) order by 1',
        [prefix],
      )
    ).rows.map(({ datname }) => datname);
  const drafts = () => names(draftPrefix(cutName(live.database)));
  it('is done by two names in one transaction, and the one from before can be opened', async () => {
    await desk.backUp();
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
    const { aside } = await desk.restore();
    expect(await desk.subjects()).toEqual(['Quokka']);
    expect(await desk.subjects({ ...live, database: aside ?? '' })).toEqual(['Wombat']);
    expect(await drafts()).toEqual([]);
  });

  it('goes on behind the last numbers', async () => {
    await desk.query(`delete from attachment returning rid`);
    await desk.query(`delete from ticket returning rid`);
    await desk.backUp();
    await desk.restore();
    const next = await desk.query<{ next: number }>(
      `select nextval(pg_get_serial_sequence('ticket', 'rid')) as next`,
    );
    expect(next).toEqual([{ next: 2 }]);
  });

  it('makes a database where there is none', async () => {
    await desk.backUp();
    await server.query(`drop database "${cutName(live.database)}"`);
    const { aside, notes } = await desk.restore();
    expect([aside, notes]).toEqual([null, []]);
    expect(await desk.subjects()).toEqual(['Quokka']);
  });

  it('keeps owner, grants and settings', async () => {
    await desk.backUp();
    const into = { ...live, database: `rights_${process.pid}` };
    const run = async (sql: string): Promise<Record<string, unknown>[]> => {
      const client = await connectTo(into);
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    };
    const entries = (acl: unknown): string[] => String(acl).replace(/[{}]/g, '').split(',').sort();
    const ask = async () => ({
      database: await run(
        `select pg_get_userbyid(datdba), datconnlimit, datcollate, datlocprovider from pg_database where datname = current_database()`,
      ),
      settings: (
        await run(
          `select setrole, setconfig::text as acl from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where datname = current_database() order by 1`,
        )
      ).map(({ setrole, acl }) => [setrole, entries(acl)]),
      grants: (
        await run(`
          select datname as name, datacl::text as acl, '' as owner from pg_database where datname = current_database()
          union all select relname, relacl::text, pg_get_userbyid(relowner) from pg_class where relname in ('ticket', 'tag')
          union all select attname, attacl::text, '' from pg_attribute where attrelid = 'ticket'::regclass and attacl is not null
          union all select 'default', defaclacl::text, '' from pg_default_acl order by 1`)
      ).map(({ name, owner, acl }) => [name, owner, entries(acl)]),
    });
    try {
      await desk.restore({ into, filesInto: null });
      await server.query('create role restore_reader');
      await server.query('create role restore_owner');
      for (const sql of [
        `grant connect on database ${into.database} to restore_reader`,
        `revoke temporary on database ${into.database} from public`,
        `alter database ${into.database} owner to restore_owner`,
        `alter database ${into.database} connection limit 77`,
        `alter database ${into.database} set search_path to "$user", public`,
        `alter database ${into.database} set "liftdesk.note" to 'it''s a \\ mark'`,
        `alter role restore_reader in database ${into.database} set statement_timeout to '7s'`,
        'grant select on ticket to restore_reader with grant option',
        'grant update (subject) on ticket to restore_reader',
        'alter table tag owner to restore_owner',
        'alter default privileges in schema public grant select on tables to restore_reader',
      ])
        await run(sql);
      const before = await ask();
      expect(before.settings).toHaveLength(2);
      expect(before.grants).toHaveLength(5);
      const { notes, aside } = await desk.restore({ into, filesInto: null });
      expect(notes).toEqual([]);
      expect(aside).not.toBeNull();
      expect(await ask()).toEqual(before);
    } finally {
      for (const name of await names(into.database)) await server.query(`drop database ${name}`);
      await server.query('drop role if exists restore_reader, restore_owner');
    }
  });

  it('is refused while somebody is connected, who is named, and nothing is done', async () => {
    await desk.backUp();
    const client = await connectTo(live);
    await expect(desk.restore()).rejects.toThrow(/in use by liftdesk-command of .* stop every server/);
    await client.end();
    await desk.restore();
  });

  it('is refused at the end where somebody connects meanwhile', async () => {
    await desk.backUp();
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
    let meanwhile: Promise<Client> | undefined;
    const say = (line: string): void =>
      void (line.startsWith('Looked at every attachment') && (meanwhile = connectTo(live)));
    await expect(desk.restore({ say })).rejects.toThrow(RefusedError);
    await (await meanwhile)?.end();
    expect(await desk.subjects()).toEqual(['Wombat']);
    expect(await drafts()).toEqual([]);
  });

  it('is done where the server ends the connection behind the commit, and says that in its answer', async () => {
    await desk.backUp();
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
    const query = Client.prototype.query as (...args: unknown[]) => unknown;
    const ended = jest.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: Client & { processID: number },
      ...args: unknown[]
    ) {
      const answer = query.apply(this, args);
      // By the connection that gives names, and by no other one.
      if (args[0] !== 'commit' || this.database !== 'postgres') return answer;
      return (answer as Promise<unknown>).then(async () => {
        await query.call(server, 'select pg_terminate_backend($1)', [this.processID]);
        throw Object.assign(new Error('terminating connection'), { severity: 'FATAL', code: '57P01' });
      });
    } as never);
    try {
      const { aside } = await desk.restore();
      expect(await desk.subjects()).toEqual(['Quokka']);
      expect(await desk.subjects({ ...live, database: aside ?? '' })).toEqual(['Wombat']);
    } finally {
      ended.mockRestore();
    }
  });

  it('is refused while another one is under way', async () => {
    await desk.backUp();
    const query = Client.prototype.query as (...args: unknown[]) => unknown;
    let second: Promise<unknown> | undefined;
    const held = jest.spyOn(Client.prototype, 'query').mockImplementation(function (
      this: Client,
      ...args: unknown[]
    ) {
      if (args[0] !== 'begin' || this.database !== 'postgres' || second) return query.apply(this, args);
      // The first gives no names before the other one is through.
      second = desk.restore().catch((error: unknown) => error);
      return second.then(() => query.apply(this, args));
    } as never);
    try {
      await desk.restore();
    } finally {
      held.mockRestore();
    }
    expect(await second).toEqual(expect.objectContaining({ message: expect.stringMatching(/under way/) }));
  });

  it('is refused to who may not make and rename databases, with what to grant', async () => {
    await desk.backUp();
    await server.query(`create role restore_stranger login`);
    const into = { ...live, user: 'restore_stranger' };
    await expect(desk.restore({ into })).rejects.toThrow(
      /alter role "restore_stranger" createdb; alter database ".*" owner to "restore_stranger";/,
    );
    await expect(desk.restore({ into, dryRun: true })).rejects.toThrow(RefusedError);
  });

  it('removes what a killed one left', async () => {
    await desk.backUp();
    await server.query(`create database "${draftPrefix(cutName(live.database))}20200101_000000"`);
    await desk.restore();
    expect(await drafts()).toEqual([]);
  });

  it('into another database leaves the desk alone', async () => {
    await desk.backUp();
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
    const into = { ...live, database: `rehearsal_${process.pid}` };
    try {
      await desk.restore({ into, filesInto: null });
      expect(await desk.subjects(into)).toEqual(['Quokka']);
      expect(await desk.subjects()).toEqual(['Wombat']);
    } finally {
      await server.query(`drop database if exists ${into.database}`);
    }
  });
});
