import { checkConsistency, rebuild } from '../search/search-maintenance';
import { openTicket } from '../testing/builders';
import { onPostgres } from '../testing/test-database';
import { TestDesk } from '../testing/test-desk';
import { assertConsistent } from './search';

const DAMAGE = {
  sqlite: {
    lacks2: 'delete from ticket_fts where rowid = 2',
    holds9: `insert into ticket_fts(rowid, subject) values (cast(9 as integer), 'x')`,
  },
  postgres: {
    lacks2: 'delete from ticket_search where rid = 2',
    // A foreign key forbids it: only an operator who turns those off gets there.
    holds9: `do $$ begin
      set local session_replication_role = replica;
      insert into ticket_search values (9, '''x'':1A'); end $$`,
  },
};

describe('the commands for the search index', () => {
  let desk: TestDesk;

  beforeEach(async () => {
    desk = await TestDesk.start();
    const ana = await desk.signIn('customer');
    for (let n = 0; n < 3; n++) await openTicket(desk, ana);
  });
  afterEach(() => desk.close());

  const engine = onPostgres ? 'postgres' : 'sqlite';
  const check = async () => assertConsistent(await checkConsistency(desk.database));

  it('find nothing where all is well', async () => {
    await expect(check()).resolves.toBeUndefined();
  });

  it('name what the index lacks and what it should not hold, and what to do, until it is rebuilt', async () => {
    await desk.rows(DAMAGE[engine].lacks2);
    await desk.rows(DAMAGE[engine].holds9);
    await expect(check()).rejects.toThrow(
      /^Tickets that the search index lacks: 2\nTickets that only the search index knows: 9\n.*search:rebuild/,
    );
    await rebuild(desk.database);
    await expect(check()).resolves.toBeUndefined();
  });
});
