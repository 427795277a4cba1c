import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** The server that tests may do anything on, as its superuser; null where the tests run on SQLite. */
export function testDatabaseUrl(): string | null {
  return process.env['TEST_DATABASE_URL'] || null;
}

/** Waits until nobody else prepares or hands over databases; the lock goes with the connection. */
const LOCK = `select pg_advisory_lock(hashtext('liftdesk tests'))`;
const FREE_LIST =
  'create table if not exists liftdesk_free_database (name text primary key, template text not null)';
const TAKE = `
  delete from liftdesk_free_database where name = (
    select name from liftdesk_free_database where template = $1 limit 1 for update skip locked) returning name`;

/** Leaves the tables and takes the rows, however they hang together; 5 ms, where another copy takes half a second. */
const EMPTY = `do $$
  declare one record;
  begin
    set local session_replication_role = replica;
    for one in select relname, relkind from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') loop
      if one.relname like 'migrations%' then continue;
      elsif one.relkind = 'S' then execute format('select setval(%L, 1, false)', format('%I', one.relname));
      else execute format('delete from %I', one.relname);
      end if;
    end loop;
  end $$`;

/** Databases that tests make and drop, of a server that is theirs. */
export class ThrowAwayDatabases {
  constructor(private readonly serverUrl: string) {}

  url(database: string): string {
    const url = new URL(this.serverUrl);
    url.pathname = `/${database}`;
    return url.href;
  }

  async create(database: string): Promise<void> {
    await this.run((client) => client.query(`create database "${database}" template template0`));
  }

  async drop(database: string): Promise<void> {
    await this.run((client) => client.query(`drop database if exists "${database}" with (force)`));
  }

  /**
   * A database that is prepared once, by whichever process comes first, and copied from then on.
   * @param prepare is given its address; it must close what it opens
   */
  async ensure(template: string, prepare: (url: string) => Promise<void>): Promise<void> {
    await this.run(async (client) => {
      await client.query(LOCK);
      await client.query(FREE_LIST);
      const known = await client.query('select 1 from pg_database where datname = $1', [template]);
      if (known.rowCount) return;
      const draft = `${template}_draft`;
      await client.query(`drop database if exists "${draft}" with (force)`);
      await client.query(`create database "${draft}" template template0`);
      await prepare(this.url(draft));
      await client.query(`alter database "${draft}" rename to "${template}"`);
    });
  }

  /** @returns the name of a copy of `template`, or of one that was given back */
  async take(template: string): Promise<string> {
    const name = `${template}_${randomUUID()}`;
    let taken: string | undefined;
    await this.run(async (client) => {
      taken = (await client.query<{ name: string }>(TAKE, [template])).rows[0]?.name;
      if (!taken) await client.query(`create database "${name}" template "${template}"`);
    });
    return taken ?? name;
  }

  /** Emptied, for the next test. Nobody may be connected any more. */
  async giveBack(name: string, template: string): Promise<void> {
    const client = new Client({ connectionString: this.url(name) });
    await client.connect();
    await client.query(EMPTY).finally(() => client.end());
    await this.run((server) =>
      server.query('insert into liftdesk_free_database (name, template) values ($1, $2)', [name, template]),
    );
  }

  private async run(work: (client: Client) => Promise<unknown>): Promise<void> {
    const client = new Client({ connectionString: this.serverUrl });
    await client.connect();
    try {
      await work(client);
    } finally {
      await client.end();
    }
  }
}
