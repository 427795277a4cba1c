import { checkConsistency, rebuild } from '../search/search-maintenance';
import { openTicket } from '../testing/builders';
import { TestDesk } from '../testing/test-desk';
import { assertConsistent } from './search';

describe('the commands for the search index', () => {
  let desk: TestDesk;

  beforeEach(async () => {
    desk = await TestDesk.start();
    const ana = await desk.signIn('customer');
    for (let n = 0; n < 3; n++) await openTicket(desk, ana);
  });
  afterEach(() => desk.close());

  const check = async () => assertConsistent(await checkConsistency(desk.database));

  it('find nothing where all is well', async () => {
    await expect(check()).resolves.toBeUndefined();
  });

  it('name what the index lacks and what it should not hold, and what to do, until it is rebuilt', async () => {
    await desk.rows('delete from ticket_fts where rowid = 2');
    await desk.rows(`insert into ticket_fts(rowid, subject) values (cast(9 as integer), 'x')`);
    await expect(check()).rejects.toThrow(
      /^Tickets that the search index lacks: 2\nTickets that only the search index knows: 9\n.*search:rebuild/,
    );
    await rebuild(desk.database);
    await expect(check()).resolves.toBeUndefined();
  });
});
