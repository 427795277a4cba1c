import { accessDenied, S3Server } from '@liftdesk/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, rmSync, utimesSync } from 'node:fs';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { moveStorage } from './storage-move';
import { type StorageVerifyOptions, verifyStorage } from './storage-verify';
import { bucketOf, DeskOfFiles, newKey, useCredentials } from './testing/desk-of-files';

const DAYS_AGO = Date.now() / 1000 - 2 * 86_400;

describe('storage:verify', () => {
  let desk: DeskOfFiles;

  beforeEach(async () => {
    desk = await DeskOfFiles.create();
  });
  afterEach(() => desk.close());

  const verify = (given: Partial<StorageVerifyOptions> = {}) =>
    verifyStorage({ attachments: desk.attachments, storage: desk.local('files'), ...given });
  const sizes = (...all: number[]): Buffer[] => all.map((size) => randomBytes(size));
  /** An object that no row speaks of. */
  const stray = (key = newKey(), seconds = DAYS_AGO): string => {
    desk.write('files', key, Buffer.from('stray'));
    utimesSync(desk.path('files', key), seconds, seconds);
    return key;
  };
  /** Four files: one sound, one missing, one of another size, one with other bytes. */
  async function damaged() {
    const files = await desk.add('files', ...sizes(10, 20, 30, 40));
    for (const { key, bytes } of files) desk.write('spare', key, bytes);
    desk.write('spare', '.liftdesk-storage', Buffer.alloc(0));
    const [sound, missing, short, wrong] = files.map(({ key }) => key) as [string, string, string, string];
    rmSync(desk.path('files', missing));
    desk.write('files', short, Buffer.alloc(29));
    desk.write('files', wrong, Buffer.alloc(40));
    return { sound, missing, short, wrong, files };
  }

  it('finds nothing where all is well, and nothing where there is nothing', async () => {
    await desk.add('files');
    const none = { sound: { files: 0, bytes: 0 }, noted: 0, young: 0, removed: [] };
    expect(await verify()).toMatchObject({ ...none, differences: { count: 0 }, orphans: { count: 0 } });
    await desk.add('files', ...sizes(0, 10, 20));
    expect(await verify()).toMatchObject({ sound: { files: 3, bytes: 30 }, differences: { count: 0 } });
  });

  it('finds what is missing, of another size, or has other bytes, and mends nothing', async () => {
    const { missing, short, wrong, files } = await damaged();
    const before = desk.objects('files');
    const { sound, differences } = await verify();
    expect(sound).toEqual({ files: 1, bytes: 10 });
    const of = (key: string, what: string) => ({
      attachment: files.find((file) => file.key === key)?.id,
      ticket: desk.ticket,
      key,
      where: 'storage',
      what,
    });
    expect(differences.count).toBe(3);
    expect(differences.first).toEqual(
      expect.arrayContaining([of(missing, 'missing'), of(short, 'wrong size'), of(wrong, 'wrong bytes')]),
    );
    expect(desk.objects('files')).toEqual(before);
  });

  it('goes by sizes where it is to be quick', async () => {
    const { missing, short } = await damaged();
    const { sound, differences } = await verify({ quick: true });
    expect(sound).toEqual({ files: 2, bytes: 50 });
    expect(differences.first.map(({ key }) => key).sort()).toEqual([missing, short].sort());
  });

  describe('told to mend from another place', () => {
    it.each([false, true])('brings what is missing or wrong (quick: %s), and only that', async (quick) => {
      const { sound, wrong, files } = await damaged();
      if (quick) desk.write('files', wrong, desk.bytesIn('spare', wrong));
      utimesSync(desk.path('files', sound), 1, 1);
      const report = await verify({ mendFrom: desk.local('spare'), quick });
      expect(report).toMatchObject({ mended: { files: quick ? 2 : 3 }, differences: { count: 0 } });
      for (const { key, bytes } of files) expect(desk.bytesIn('files', key).equals(bytes)).toBe(true);
      expect(desk.objects('files').get(sound)).toMatch(/^1000 /);
      expect(await verify()).toMatchObject({ sound: { files: 4 }, differences: { count: 0 } });
    });

    it('takes nothing that is not the file, and says what the other place has', async () => {
      const { missing, short, wrong } = await damaged();
      rmSync(desk.path('spare', missing));
      desk.write('spare', wrong, Buffer.alloc(40, 'x'));
      const { mended, differences } = await verify({ mendFrom: desk.local('spare') });
      expect(mended.files).toBe(1);
      expect(differences.first.map(({ key, what, notMended }) => [key, what, notMended]).sort()).toEqual(
        [
          [missing, 'missing', 'missing'],
          [wrong, 'wrong bytes', 'wrong bytes'],
        ].sort(),
      );
      expect(desk.bytesIn('files', wrong)).toEqual(Buffer.alloc(40));
      expect(desk.bytesIn('files', short)).toHaveLength(30);
      expect(existsSync(desk.path('files', missing))).toBe(false);
    });

    it('refuses the same place, and one that is not there', async () => {
      await damaged();
      await expect(verify({ mendFrom: desk.local('files') })).rejects.toThrow(RefusedError);
      await expect(verify({ mendFrom: desk.local('typo') })).rejects.toThrow(/There is no folder .*typo/);
    });
  });

  describe('objects without a row', () => {
    it('tells those noted, those that are young and those that are not a desk’s from orphans', async () => {
      await desk.add('files', ...sizes(10));
      const orphan = stray();
      stray(newKey(), Date.now() / 1000 - 3600);
      stray('attachments/holiday.jpg');
      stray('elsewhere/of-others.pdf');
      const noted = stray();
      await desk.database.query('insert into unsettled_object (storage_key, created_at) values (?, 1)', [
        noted,
      ]);
      expect(await verify()).toMatchObject({
        noted: 1,
        young: 1,
        foreign: { count: 1, first: ['attachments/holiday.jpg'] },
        orphans: { count: 1, first: [orphan] },
        removed: [],
      });
    });

    it('removes orphans, and them alone, where it is told their number', async () => {
      await desk.add('files', ...sizes(10));
      const orphans = [stray(), stray()];
      const [young, foreign] = [stray(newKey(), Date.now() / 1000 - 3600), stray('attachments/holiday.jpg')];
      const before = desk.objects('files');
      for (const number of [1, 3])
        await expect(verify({ removeOrphans: number })).rejects.toThrow(/There are 2 orphans/);
      expect(desk.objects('files')).toEqual(before);
      const { removed } = await verify({ removeOrphans: 2 });
      expect([...removed].sort()).toEqual([...orphans].sort());
      expect([...desk.objects('files').keys()]).toHaveLength(before.size - 2);
      for (const key of [young, foreign]) expect(existsSync(desk.path('files', key))).toBe(true);
    });

    it('removes none that gets a row meanwhile', async () => {
      await desk.add('files', ...sizes(10));
      const key = stray();
      let told = false;
      const onProgress = (): void => void (told = true);
      const known = desk.attachments.known.bind(desk.attachments);
      jest.spyOn(desk.attachments, 'known').mockImplementation(async (keys) => {
        if (told) await desk.addRow({ id: randomUUID(), key, bytes: Buffer.from('stray') });
        return known(keys);
      });
      expect((await verify({ removeOrphans: 1, onProgress })).removed).toEqual([]);
      expect(existsSync(desk.path('files', key))).toBe(true);
    });

    it('removes none where the database knows no file of the storage: it is another desk’s', async () => {
      await desk.add('files');
      const keys = [stray(), stray()];
      await expect(verify({ removeOrphans: 2 })).rejects.toThrow(/another desk. Nothing was removed$/);
      await desk.addRow({ id: randomUUID(), key: newKey(), bytes: Buffer.from('missing') });
      await expect(verify({ removeOrphans: 2 })).rejects.toThrow(RefusedError);
      for (const key of keys) expect(existsSync(desk.path('files', key))).toBe(true);
    });
  });

  it('is interrupted in good order', async () => {
    await desk.add('files', ...sizes(...Array.from({ length: 20 }, () => 10)));
    const interrupt = new AbortController();
    const verifying = verify({
      parallel: 1,
      signal: interrupt.signal,
      onProgress: ({ done }) => done.files === 5 && interrupt.abort(),
    });
    await expect(verifying).rejects.toThrow(
      new InterruptedError('Interrupted. 5 files are sound so far, 0 were mended and stay so'),
    );
  });

  it('refuses a folder that is not there, and makes none', async () => {
    await expect(verify()).rejects.toThrow(RefusedError);
    expect(existsSync(desk.path('files'))).toBe(false);
  });

  describe('of a bucket', () => {
    let s3: S3Server;
    let forget: () => void;
    beforeAll(async () => {
      s3 = await S3Server.start({ pageSize: 3 });
      forget = useCredentials(process.env, s3.env);
    });
    afterAll(async () => {
      forget();
      await s3.close();
    });

    it('that several desks share: sees its own alone, and removes nothing of theirs', async () => {
      await desk.add('files', ...sizes(10, 20));
      const move = { attachments: desk.attachments, from: desk.local('files'), version: 'test' };
      for (const prefix of ['', 'ours/', 'theirs/'])
        await moveStorage({ ...move, to: bucketOf(s3, prefix), reports: desk.path('reports') });
      const objects = s3.objects as Map<string, object>;
      const [kept] = objects.values();
      for (const prefix of ['', 'ours/', 'theirs/'])
        objects.set(`${prefix}${newKey()}`, { ...kept, lastModified: new Date(0) } as never);
      const before = [...objects.keys()].filter((key) => !key.startsWith('ours/'));
      const storage = bucketOf(s3, 'ours/');
      expect(await verify({ storage })).toMatchObject({ sound: { files: 2 }, orphans: { count: 1 } });
      expect((await verify({ storage, removeOrphans: 1 })).removed).toHaveLength(1);
      expect([...objects.keys()].filter((key) => !key.startsWith('ours/'))).toEqual(before);
      expect(await verify({ storage })).toMatchObject({ sound: { files: 2 }, orphans: { count: 0 } });
    });

    it('by damage that the store itself has not seen, and by one that it tells', async () => {
      const files = await desk.add('files', ...sizes(10, 20));
      const storage = bucketOf(s3, 'damaged/');
      const move = { attachments: desk.attachments, from: desk.local('files'), to: storage, version: 'test' };
      await moveStorage({ ...move, reports: desk.path('reports') });
      const objects = s3.objects as Map<string, object>;
      files.forEach(({ key, bytes }, n) => {
        const kept = objects.get(`damaged/${key}`);
        const damage = { bytes: Buffer.alloc(bytes.length), ...(n === 0 && { checksums: {} }) };
        objects.set(`damaged/${key}`, { ...kept, ...damage });
      });
      const { differences } = await verify({ storage });
      expect(differences.first.map(({ what }) => what)).toEqual(['wrong bytes', 'wrong bytes']);
      expect(await verify({ storage, mendFrom: desk.local('files') })).toMatchObject({
        mended: { files: 2 },
      });
      expect(await verify({ storage })).toMatchObject({ sound: { files: 2 } });
    });

    it('that is away is not taken for one without files', async () => {
      await desk.add('files', ...sizes(10));
      s3.faults.always('GetObject', accessDenied);
      await expect(verify({ storage: bucketOf(s3) })).rejects.toThrow(
        /The storage of the files cannot be used: .*AccessDenied/,
      );
      s3.faults.clear();
    });
  });
});
