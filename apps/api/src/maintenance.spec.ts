import { MaintenanceService } from './maintenance.service';
import { dialectOf } from './database/dialect';
import { openDatabase } from './database/open-database';
import { DAY } from './testing/settable-clock';
import { describeOnPostgres } from './testing/test-database';
import { TestDesk } from './testing/test-desk';

describe('the hourly maintenance', () => {
  let desk: TestDesk;
  beforeEach(async () => {
    desk = await TestDesk.start();
    await desk.signIn('customer');
    desk.clock.advance(90 * DAY);
  });
  afterEach(() => desk.close());

  const run = () => desk.app.get(MaintenanceService).run();
  const sessions = () => desk.rows('select 1 from session');

  it('forgets sessions that have been over for long', async () => {
    await run();
    expect(await sessions()).toEqual([]);
    expect(await desk.log()).not.toContain('maintenance.failed');
  });

  describeOnPostgres('of several processes', () => {
    it('is done by one of them, and by another where that one ends in the middle', async () => {
      const other = await openDatabase(desk.config.database);
      let leave = (): void => undefined;
      let begun = (): void => undefined;
      const atIt = new Promise<void>((resolve) => (begun = resolve));
      const elsewhere = dialectOf(other).unlessDoneElsewhere(other, 'maintenance', () => {
        begun();
        return new Promise<void>((resolve) => (leave = resolve));
      });
      await atIt;
      await run();
      expect(await sessions()).toHaveLength(1);

      const held = `from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()`;
      await desk.rows(`select pg_terminate_backend(l.pid) ${held}`);
      // A server that is told to end a connection does it after it has answered.
      while ((await desk.rows(`select 1 ${held}`)).length > 0);
      await run();
      expect(await sessions()).toEqual([]);
      leave();
      await elsewhere.catch(() => undefined);
      await other.destroy();
    });
  });
});
