import { testDatabaseUrl } from '@liftdesk/testing';
import { Client } from 'pg';
import { RefusedError } from '../../cli/operator';
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
    for (const role of ['restore_reader', 'restore_owner', 'restore_stranger'])
      await server.query(`drop role if exists ${role}`);
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
  async function inLive(sql: string): Promise<Record<string, unknown>[]> {
    const client = await connectTo(live);
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('is done by two names in one transaction, and the one from before can be opened', async () => {
    await desk.backUp();
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
    const { aside } = await desk.restore();
    expect(await desk.subjects()).toEqual(['Quokka']);
    expect(await desk.subjects({ ...live, database: aside ?? '' })).toEqual(['Wombat']);
    expect(await drafts()).toEqual([]);
  });

  it('goes on behind the last numbers', async () => {
    await desk.query(`delete from ticket returning rid`);
    await desk.backUp();
    await desk.restore();
    const [row] = await inLive(`select nextval(pg_get_serial_sequence('ticket', 'rid')) as next`);
    expect(Number(row?.['next'])).toBe(2);
  });

  it('makes a database where there is none', async () => {
    await desk.backUp();
    await server.query(`drop database "${cutName(live.database)}"`);
    const { aside, notes } = await desk.restore();
    expect([aside, notes]).toEqual([null, []]);
    expect(await desk.subjects()).toEqual(['Quokka']);
  });

  it('keeps owner, grants and settings', async () => {
    const name = `"${cutName(live.database)}"`;
    await server.query('create role restore_reader');
    await server.query('create role restore_owner');
    await server.query(`grant connect on database ${name} to restore_reader`);
    await server.query(`revoke temporary on database ${name} from public`);
    await server.query(`alter database ${name} owner to restore_owner`);
    await server.query(`alter database ${name} connection limit 77`);
    await server.query(`alter database ${name} set search_path to "$user", public`);
    await server.query(`alter database ${name} set "liftdesk.note" to 'it''s a \\ mark'`);
    await server.query(`alter role restore_reader in database ${name} set statement_timeout to '7s'`);
    await inLive('grant select on ticket to restore_reader with grant option');
    await inLive('grant update (subject) on ticket to restore_reader');
    await inLive('alter table tag owner to restore_owner');
    await inLive('alter default privileges in schema public grant select on tables to restore_reader');
    const ask = async () => ({
      ...(
        await inLive(
          `select pg_get_userbyid(datdba) as owner, datconnlimit, datacl::text, datcollate, datlocprovider from pg_database where datname = current_database()`,
        )
      )[0],
      settings: (
        await inLive(
          `select setrole, setconfig from pg_db_role_setting where setdatabase = (select oid from pg_database where datname = current_database()) order by 1`,
        )
      ).map(({ setrole, setconfig }) => [setrole, (setconfig as string[]).sort()]),
      tables: await inLive(
        `select relname, relacl::text, pg_get_userbyid(relowner) from pg_class where relname in ('ticket', 'tag')  order by 1`,
      ),
      columns: await inLive(
        `select attacl::text from pg_attribute where attrelid = 'ticket'::regclass and attname = 'subject'`,
      ),
      defaults: await inLive('select defaclacl::text from pg_default_acl'),
    });
    await desk.backUp();
    const before = await ask();
    const { notes } = await desk.restore();
    expect(notes).toEqual([]);
    expect(await ask()).toEqual(before);
    await inLive('alter default privileges in schema public revoke select on tables from restore_reader');
    await inLive('drop owned by restore_reader');
    await inLive('reassign owned by restore_owner to current_user');
    for (const database of await names(`${cutName(live.database, 28)}_pre_restore_`)) {
      const aside = await connectTo({ ...live, database });
      await aside.query('drop owned by restore_reader');
      await aside.query('reassign owned by restore_owner to current_user');
      await aside.end();
    }
    await server.query(`alter database ${name} reset all`);
    await server.query(`alter database ${name} connection limit -1`);
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

  it('is refused while another one is under way', async () => {
    await desk.backUp();
    let second: Promise<unknown> | undefined;
    const say = (line: string): void =>
      void (line.startsWith('Made a database') && (second = desk.restore().catch((error: unknown) => error)));
    await desk.restore({ say });
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
