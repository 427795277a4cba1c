import { UnsettledObjects } from '../../attachments/unsettled-objects';
import { IdleMerge } from '../../search/idle-merge';
import { aFile, note, openTicket, upload } from '../../testing/builders';
import type { Person } from '../../testing/caller';
import { FailingStatements, everything } from '../../testing/failing-statements';
import { TestDesk } from '../../testing/test-desk';
import { ErasureService } from './erasure.service';

describe('an erasure that fails at any of its statements', () => {
  let desk: TestDesk;
  let statements: FailingStatements;
  let admin: Person;
  let agent: Person;

  beforeAll(async () => {
    desk = await TestDesk.start();
    // Its statements come when they please and would be counted among those of the erasure.
    await desk.app.get(IdleMerge, { strict: false }).onModuleDestroy();
    statements = new FailingStatements(desk.database);
    [admin, agent] = [await desk.signIn('admin'), await desk.signIn('agent')];
  });
  afterAll(() => desk.close());

  async function content(): Promise<object> {
    const { sqlite_sequence: _numbers, ...rows } = await everything(desk.database);
    const keys: string[] = [];
    for await (const { key } of desk.storage.list('')) keys.push(key);
    return { rows, objects: keys.sort() };
  }

  async function somebody(): Promise<Person> {
    const person = await desk.signIn('customer', { name: 'Zoraida', email: 'zoraida@people.example' });
    for (const tags of [['quince'], []]) {
      const ticket = await openTicket(desk, person, { subject: 'Quince', tags });
      await note(desk, agent, ticket);
      await upload(desk, person, ticket, aFile('quince.pdf'));
    }
    return person;
  }

  /** @returns how many statements came */
  async function erase(person: Person, failAt: number): Promise<{ status: number; count: number }> {
    statements.arm(failAt);
    const { status } = await desk.as(admin).delete(`/users/${person.id}`);
    const { count } = statements;
    statements.arm(0);
    return { status, count };
  }

  it('has done nothing, or goes on when it is asked for again, or within the hour', async () => {
    const before = await content();
    const whole = await erase(await somebody(), 0);
    expect(whole.status).toBe(204);
    expect(await content()).toEqual(before);
    const outcomes = { untouched: 0, begun: 0, done: 0 };
    for (let n = 1; n <= whole.count; n += 1) {
      const person = await somebody();
      const with_ = await content();
      const { status } = await erase(person, n);
      const [left] = await desk.rows<{ name: string }>('select name from "user" where rid = ?', [person.rid]);
      if (left?.name === 'Zoraida') {
        expect(status).toBe(500);
        expect(await content()).toEqual(with_);
        outcomes.untouched += 1;
        await erase(person, 0);
      } else if (left) {
        expect(status).toBe(500);
        await desk.as(person).get('/auth/me').expect(401);
        expect(JSON.stringify(await desk.rows('select * from "user"'))).not.toMatch(/zoraida/i);
        outcomes.begun += 1;
        if (n % 2 === 0) await erase(person, 0);
        else await desk.app.get(ErasureService, { strict: false }).finish();
      } else outcomes.done += 1;
      // A COMMIT that failed may have gone through: the objects are noted, and the sweeper finds out.
      await desk.app.get(UnsettledObjects, { strict: false }).sweep(Number.MAX_SAFE_INTEGER);
      expect(await content()).toEqual(before);
    }
    expect(outcomes.untouched).toBeGreaterThan(5);
    expect(outcomes.begun).toBeGreaterThan(10);
    // Only what crosses out the notes of objects that are gone.
    expect(outcomes.done).toBeLessThan(5);
  });
});
