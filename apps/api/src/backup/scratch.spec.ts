import { connectTo } from '../transfer/connect-postgres';
import type { PostgresConfig } from '../config/database.schema';
import { describeOnPostgres } from '../testing/test-database';
import { DeskWithBackups } from './testing/a-desk-with-backups';

describeOnPostgres('databases that backups are proven in', () => {
  let desk: DeskWithBackups;
  beforeEach(async () => void (desk = await DeskWithBackups.make()));
  afterEach(() => desk.remove());

  const run = async (sql: string): Promise<unknown[]> => {
    const client = await connectTo(desk.config.database as PostgresConfig);
    try {
      return (await client.query(sql)).rows as unknown[];
    } finally {
      await client.end();
    }
  };

  it('of another desk on the server, that another user left there, are not this one’s to remove', async () => {
    const [theirs, owner] = ['liftdesk_proof_1_theirs', 'liftdesk_neighbour'];
    const ours = 'liftdesk_proof_1_ours';
    await run(`create role ${owner}`);
    try {
      // Never ours for a moment: other tests on this server back up meanwhile.
      await run(`create database ${theirs} owner ${owner}`);
      await run(`create database ${ours}`);
      await desk.backUp();
      const left = await run(`select datname from pg_database where datname in ('${theirs}', '${ours}')`);
      expect(left).toEqual([{ datname: theirs }]);
    } finally {
      for (const name of [theirs, ours]) await run(`drop database if exists ${name}`);
      await run(`drop role ${owner}`);
    }
  });
});
