import { readFileSync, readdirSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listBackups } from './backup-place';
import { DeskWithBackups } from './testing/a-desk-with-backups';

const KEY = 'a key of thirty-two characters and more';

describe('the pool of attachments', () => {
  let desk: DeskWithBackups;
  beforeEach(async () => void (desk = await DeskWithBackups.make()));
  afterEach(() => desk.remove());

  /** The path of a file in the pool. */
  function inPool(): string {
    const [kept] = readdirSync(desk.path('backups/files'), {
      recursive: true,
      withFileTypes: true,
    }).filter((one) => one.isFile());
    return join(kept?.parentPath ?? '', kept?.name ?? '');
  }

  it('finds a file that was damaged in the pool, and mends it', async () => {
    await desk.backUp();
    const before = readFileSync(inPool());
    writeFileSync(inPool(), 'x'.repeat(before.length));
    await expect(desk.backUp()).rejects.toThrow(/damaged where backups are kept/);
    expect((await listBackups(await desk.place())).manifests).toHaveLength(1);
    expect(readFileSync(inPool())).toEqual(before);
    expect((await desk.backUp()).added).toBe(0);
  });

  it.each([undefined, KEY])(
    'copies a file anew that was cut in the pool (key: %s)',
    async (encryptionKey) => {
      const { added } = await desk.backUp({ encryptionKey });
      expect(added).toBe(2);
      expect((await desk.backUp({ encryptionKey })).added).toBe(0);
      truncateSync(inPool(), statSync(inPool()).size - 1);
      expect((await desk.backUp({ encryptionKey })).added).toBe(1);
    },
  );

  it('counts a file whose row has another size, and says so', async () => {
    await desk.query('update attachment set size = size + 1 where rid = (select min(rid) from attachment)');
    expect((await desk.backUp()).problems).toMatchObject([{ problem: 'different' }]);
  });

  it('finds one whose head was damaged, which is no other key', async () => {
    await desk.backUp({ encryptionKey: KEY });
    const bytes = readFileSync(inPool());
    // Within what the file's own key is wrapped in.
    bytes.write(bytes.toString('latin1', 65, 66) === 'A' ? 'B' : 'A', 65);
    writeFileSync(inPool(), bytes);
    await expect(desk.backUp({ encryptionKey: KEY })).rejects.toThrow(/damaged where backups are kept/);
    expect((await desk.backUp({ encryptionKey: KEY })).problems).toEqual([]);
  });

  it('leaves a damaged file in the pool that the store has not got either, and names it', async () => {
    await desk.backUp();
    const rotten = 'x'.repeat(statSync(inPool()).size);
    writeFileSync(inPool(), rotten);
    const rows = await desk.query<{ key: string }>(
      `select storage_key as "key" from attachment where sha256 = '${basename(inPool())}' order by rid`,
    );
    for (const { key } of rows) unlinkSync(desk.path('uploads', key));
    const { problems } = await desk.backUp();
    expect(problems.map(({ storageKey, problem }) => [storageKey, problem])).toEqual(
      rows.map(({ key }) => [key, 'missing']),
    );
    expect(readFileSync(inPool(), 'utf8')).toBe(rotten);
  });
});
