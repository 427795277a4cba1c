import type { DataSource } from 'typeorm';
import { describeOnPostgres, openTestDatabase } from '../testing/test-database';
import { NEWEST } from './search-document';
import { CREATE_TSVECTOR_INDEX } from './tsvector-index';
import { tsvectorEngine, walkWindows } from './tsvector-engine';

/** More than the first step looks at. */
const TICKETS = 3_000;

describeOnPostgres('the search index on PostgreSQL, walked by the list query', () => {
  let source: DataSource;

  beforeAll(async () => {
    source = await openTestDatabase({ bare: true });
    await source.query('create table ticket (rid integer primary key, status text)');
    for (const statement of CREATE_TSVECTOR_INDEX) await source.query(statement);
    await source.query(`
      insert into ticket select n, case when n % 100 = 0 then 'open' else 'closed' end from generate_series(1, ${TICKETS}) n`);
    await source.query(`
      insert into ticket_search select n, cast(case when n % 500 = 0 then '''common'':5C ''rare'':6C' else '''common'':5C' end as tsvector)
      from generate_series(1, ${TICKETS}) n`);
    await source.query('analyze');
  });
  afterAll(() => source.destroy());

  const common = (filter = 'true', ...values: unknown[]) => ({ match: `'common'`, filter, values });
  const open = common('t.status = ?', 'open');
  const everyHundredth = Array.from({ length: TICKETS / 100 }, (_, n) => TICKETS - 100 * n);

  it('gives the newest hits that pass the filter, and from where to go on', async () => {
    const { walk } = tsvectorEngine;
    expect(await walk(source, open, NEWEST, 3)).toMatchObject({ rids: [3000, 2900, 2800], goOnBelow: 2800 });
    expect(await walk(source, open, 2800, 3)).toMatchObject({ rids: [2700, 2600, 2500], goOnBelow: 2500 });
    expect(await walk(source, common(), NEWEST, 2)).toMatchObject({ rids: [3000, 2999], goOnBelow: 2999 });
    const rare = { ...common(), match: `'rare'` };
    expect(await walk(source, rare, NEWEST, 4)).toMatchObject({
      rids: [3000, 2500, 2000, 1500],
      goOnBelow: 1500,
    });
    expect(await walk(source, rare, 1500, 4)).toMatchObject({ rids: [1000, 500], goOnBelow: null });
    expect(await walk(source, { ...rare, match: `'nothing'` }, NEWEST, 4)).toMatchObject({
      rids: [],
      goOnBelow: null,
    });
  });

  it.each([1, 7, 100, 999, 3000, 5000])('finds all of them in windows of %i keys', async (first) => {
    const walk = await walkWindows(source, open, NEWEST, 100, { first, widest: first, most: 4000 });
    expect(walk.rids).toEqual(everyHundredth);
    expect(walk.goOnBelow).toBeNull();
    const [newest, oldest] = [walk.stretches[0], walk.stretches.at(-1)];
    expect(newest?.[0]).toBe(TICKETS + 1);
    // Keys begin at 1.
    expect(oldest?.[1]).toBeLessThanOrEqual(1);
  });

  it('ends after its last window and says where to go on, though nothing was found', async () => {
    const gone = common('t.status = ?', 'gone');
    const walk = await walkWindows(source, gone, NEWEST, 5, { first: 100, widest: 400, most: 3 });
    expect(walk).toEqual({
      rids: [],
      goOnBelow: 2101,
      stretches: [
        [3001, 2901],
        [2901, 2501],
        [2501, 2101],
      ],
    });
    const rest = await walkWindows(source, gone, 2101, 5);
    expect(rest).toMatchObject({ rids: [], goOnBelow: null });
  });

  it('ranks a word of the subject above one of a message', async () => {
    await source.query(`update ticket_search set tsv = cast(? as tsvector) where rid = 1`, [`'ranked':1D`]);
    await source.query(`update ticket_search set tsv = cast(? as tsvector) where rid = 2`, [`'ranked':1C`]);
    await source.query(`update ticket_search set tsv = cast(? as tsvector) where rid = 3`, [`'ranked':1A`]);
    const hits = { ...common(), match: `'ranked'` };
    const walk = await tsvectorEngine.walk(source, hits, NEWEST, 10);
    const scored = await tsvectorEngine.score(source, hits, walk);
    const byScore = scored.sort((a, b) => a.score - b.score).map(({ rid }) => rid);
    expect(byScore[0]).toBe(3);
    expect(byScore).toHaveLength(3);
  });
});
