import { Client } from 'pg';

/** The server that tests may do anything on, as its superuser; null where the tests run on SQLite. */
export function testDatabaseUrl(): string | null {
  return process.env['TEST_DATABASE_URL'] || null;
}

/** Databases that tests make and drop, of a server that is theirs. */
export class ThrowAwayDatabases {
  constructor(private readonly serverUrl: string) {}

  url(database: string): string {
    const url = new URL(this.serverUrl);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** @param template another database to copy, to which nobody may be connected */
  async create(database: string, template = 'template0'): Promise<void> {
    await this.run((client) => client.query(`create database "${database}" template "${template}"`));
  }

  async drop(database: string): Promise<void> {
    await this.run((client) => client.query(`drop database if exists "${database}" with (force)`));
  }

  /**
   * A database that is prepared once, by whichever process comes first, and copied from then on.
   * @param prepare is given its address; it must close what it opens
   */
  async ensure(database: string, prepare: (url: string) => Promise<void>): Promise<void> {
    await this.run(async (client) => {
      // All tests of a run come here at once; the lock goes with the connection.
      await client.query('select pg_advisory_lock(hashtext($1))', [database]);
      const known = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (known.rowCount) return;
      const draft = `${database}_draft`;
      await client.query(`drop database if exists "${draft}" with (force)`);
      await client.query(`create database "${draft}" template template0`);
      await prepare(this.url(draft));
      await client.query(`alter database "${draft}" rename to "${database}"`);
    });
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
