import { describeOnPostgres, describeOnSqlite } from '../testing/test-database';
import type { FileRow } from './attachment-source';
import { DeskOfFiles } from './testing/desk-of-files';

describe('the files that a database speaks of', () => {
  let desk: DeskOfFiles;

  beforeEach(async () => {
    desk = await DeskOfFiles.create();
  });
  afterEach(() => desk.close());

  /** @param rid one above those that the table gives */
  const add = async (size: number, rid?: number): Promise<void> => {
    const [file] = await desk.add('old', Buffer.alloc(size));
    if (rid) await desk.database.query('update attachment set rid = ? where id = ?', [rid, file?.id]);
  };
  const read = async (onRow?: (row: FileRow) => Promise<void>): Promise<number[]> => {
    const seen: number[] = [];
    for await (const row of desk.attachments.rows()) {
      seen.push(row.size);
      await onRow?.(row);
    }
    return seen;
  };

  it('are in the order in which they came, those that come meanwhile too', async () => {
    await add(10);
    expect(await read(async ({ size }) => (size < 13 ? add(size + 1) : undefined))).toEqual([10, 11, 12, 13]);
  });

  it('are each given once, those too whose transaction ends when later ones were read', async () => {
    for (const n of [2, 3, 7, 9]) await add(n, 1000 + n);
    const late = new Map([
      [9, 5],
      [5, 1],
      [1, 8],
    ]);
    const seen = await read(async ({ size }) => {
      const next = late.get(size);
      if (next !== undefined) await add(next, 1000 + next);
    });
    expect(seen).toEqual([2, 3, 7, 9, 5, 1, 8]);
  });

  it('are all that are there at the end, though others were deleted meanwhile', async () => {
    for (const n of [2, 3, 4]) await add(n, 1000 + n);
    const seen = await read(async ({ size }) => {
      if (size !== 4) return;
      await desk.database.query('delete from attachment where size = 3');
      await add(1, 1001);
    });
    expect(seen).toEqual([2, 3, 4, 1]);
  });

  it('are none of a desk that has none', async () => {
    expect(await read()).toEqual([]);
  });

  describeOnPostgres('beside a slow transaction', () => {
    it('are those too that it brings in the end', async () => {
      await add(10);
      const slow = desk.database.createQueryRunner();
      await slow.startTransaction();
      await slow.query(`
        insert into attachment (id, uploaded_by_rid, filename, mime_type, size, sha256, storage_key, created_at)
        select 'late', uploaded_by_rid, filename, mime_type, 15, sha256, 'attachments/late', created_at from attachment`);
      await add(20);
      const seen = await read(async ({ size }) => (size === 20 ? slow.commitTransaction() : undefined));
      await slow.release();
      expect(seen).toEqual([10, 20, 15]);
    });
  });

  describeOnSqlite('in a damaged database', () => {
    it('are those too whose sender is lost', async () => {
      await add(10);
      await desk.database.query('pragma foreign_keys = off');
      await desk.database.query('delete from "user"');
      expect(await read()).toEqual([10]);
    });
  });
});
