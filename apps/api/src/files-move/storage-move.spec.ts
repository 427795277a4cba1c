import {
  accessDenied,
  internalError,
  S3Server,
  type S3Fault,
  type S3Operation,
  slowDown,
} from '@liftdesk/testing';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import promises from 'node:fs/promises';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import { DatabaseUnavailableError } from '../database/database-errors';
import { PlaceUnavailableError } from './file-place';
import { moveStorage, planStorageMove, type StorageMoveOptions } from './storage-move';
import { bucketOf, DeskOfFiles, type GivenFile, useCredentials } from './testing/desk-of-files';

const MB = 1024 * 1024;
type KeptObject = S3Server['objects'] extends ReadonlyMap<string, infer Kept> ? Kept : never;
const NO_FILES = { files: 0, bytes: 0 };

describe('storage:move', () => {
  let desk: DeskOfFiles;
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
  beforeEach(async () => {
    desk = await DeskOfFiles.create();
    s3.faults.clear();
    stored().clear();
    s3.seen.length = 0;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await desk.close();
  });

  type Given = Partial<StorageMoveOptions>;
  const options = (given: Given): StorageMoveOptions => ({
    attachments: desk.attachments,
    from: desk.local('old'),
    to: bucketOf(s3),
    reports: desk.path('reports'),
    version: 'test',
    ...given,
  });
  const move = (given: Given = {}) => moveStorage(options(given));
  const plan = (given: Given = {}) => planStorageMove(options(given));
  const sizes = (...all: number[]): Buffer[] => all.map((size) => randomBytes(size));
  const reports = (extension: string): string[] =>
    readdirSync(desk.path('reports')).filter((name) => name.endsWith(extension));
  const reportOf = () => JSON.parse(readFileSync(desk.path('reports', reports('.json')[0] ?? ''), 'utf8'));

  const stored = () => s3.objects as Map<string, KeptObject>;
  /** Damage on the store's own disk: its checksums stay as they were. */
  const spoil = (file: GivenFile | undefined, bytes: Buffer): void => {
    const kept = stored().get(file?.key ?? '') as KeptObject;
    stored().set(file?.key ?? '', { ...kept, bytes });
  };

  it('brings files of every size from a folder to a bucket and back, byte for byte, as an upload would have put them', async () => {
    const files = await desk.add('old', ...sizes(0, 1, 100, 5 * MB - 1, 5 * MB, 10 * MB));
    const before = desk.objects('old');
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
    const there = await move({ to: bucketOf(s3, 'support/') });
    expect(there).toMatchObject({ copied: { files: 6, bytes }, there: NO_FILES, differences: { count: 0 } });
    for (const { key, bytes } of files) {
      const kept = s3.objects.get(`support/${key}`);
      expect(kept?.bytes.equals(bytes)).toBe(true);
      expect(kept?.headers).toMatchObject({
        'content-type': 'application/pdf',
        'x-amz-server-side-encryption': 'AES256',
        'x-amz-meta-uploadedat': '2025-11-24T16:00:00.000Z',
      });
    }
    await move({ from: bucketOf(s3, 'support/'), to: desk.local('new') });
    for (const { key, bytes } of files) expect(desk.bytesIn('new', key).equals(bytes)).toBe(true);
    expect(desk.objects('old')).toEqual(before);
    expect(s3.objects.size).toBe(6);
  });

  it('from bucket to bucket, and from folder to folder', async () => {
    const [file] = await desk.add('old', ...sizes(1000));
    await move();
    await move({ from: bucketOf(s3), to: bucketOf(s3, 'other/') });
    expect([...s3.objects.keys()].sort()).toEqual([file?.key, `other/${file?.key}`]);
    await move({ to: desk.local('new') });
    expect(desk.bytesIn('new', file?.key ?? '').equals(file?.bytes as Buffer)).toBe(true);
  });

  it('moves no file where there is none', async () => {
    await desk.add('old');
    expect(await move()).toMatchObject({ copied: NO_FILES, there: NO_FILES, differences: { count: 0 } });
    expect(s3.objects.size).toBe(0);
  });

  it('reads back what is there: leaves alone what is right and puts anew what is not', async () => {
    const [right, short, wrong, missing] = await desk.add('old', ...sizes(10, 20, 30, 40));
    await move();
    s3.seen.length = 0;
    const objects = stored();
    spoil(short, Buffer.alloc(19));
    spoil(wrong, Buffer.alloc(30));
    objects.delete(missing?.key ?? '');
    expect(await move()).toMatchObject({ copied: { files: 3, bytes: 90 }, there: { files: 1, bytes: 10 } });
    expect(s3.seenOf('PutObject').map(({ key }) => key)).not.toContain(right?.key);
    for (const file of [short, wrong, missing])
      expect(objects.get(file?.key ?? '')?.bytes.equals(file?.bytes as Buffer)).toBe(true);
  });

  it('takes keys in any script and with spaces', async () => {
    await desk.add('old');
    const file = { id: 'odd', key: 'attachments/ein Bericht/отчёт 報告.pdf', bytes: Buffer.from('odd') };
    await desk.addRow(file);
    desk.write('old', file.key, file.bytes);
    await move();
    await move({ from: bucketOf(s3), to: desk.local('new') });
    expect(desk.bytesIn('new', file.key).toString()).toBe('odd');
  });

  describe('what is wrong at the source', () => {
    it.each<[string, number, () => Buffer | null]>([
      ['missing', 10, () => null],
      ['wrong size', 10, () => Buffer.alloc(9)],
      ['wrong bytes', 10, () => Buffer.alloc(10)],
      ['wrong bytes', 10 * MB, () => Buffer.alloc(10 * MB)],
    ])(
      '%s of a file of %i bytes is listed by key, ticket and attachment; the rest goes on',
      async (what, size, spoil) => {
        const [spoilt, sound] = await desk.add('old', ...sizes(size, 20));
        const bytes = spoil();
        if (bytes) desk.write('old', spoilt?.key ?? '', bytes);
        else rmSync(desk.path('old', spoilt?.key ?? ''));
        const report = await move({ parallel: 1 });
        expect(report.copied).toEqual({ files: 1, bytes: 20 });
        expect(report.differences).toEqual({
          count: 1,
          first: [{ attachment: spoilt?.id, ticket: 4711, key: spoilt?.key, where: 'source', what }],
        });
        expect([[...s3.objects.keys()], s3.uploads]).toEqual([[sound?.key], []]);
        const kept = readFileSync(`${report.kept}.json`, 'utf8') + readFileSync(`${report.kept}.txt`, 'utf8');
        expect(kept).toContain(spoilt?.key);
        expect(kept).not.toContain('a private name');
      },
    );

    it.each([10, 10 * MB])('never takes the place of what is in the target, of %i bytes', async (size) => {
      const [file] = await desk.add('old', ...sizes(size));
      desk.write('old', file?.key ?? '', Buffer.alloc(size));
      const older = Buffer.from('not the file either, but maybe all that is left of it');
      desk.write('new', file?.key ?? '', older);
      expect((await move({ to: desk.local('new') })).differences.count).toBe(1);
      expect(desk.bytesIn('new', file?.key ?? '')).toEqual(older);
      await desk.add('third');
      desk.write('third', file?.key ?? '', older);
      const before = stored() as Map<string, unknown>;
      before.set(file?.key ?? '', {
        bytes: older,
        etag: 'x',
        lastModified: new Date(),
        headers: {},
        checksums: {},
      });
      await move();
      expect(s3.objects.get(file?.key ?? '')?.bytes).toEqual(older);
      expect(s3.uploads).toEqual([]);
    });

    it('a row whose key can be none', async () => {
      await desk.add('old');
      await desk.addRow({ id: 'odd', key: 'attachments/../../etc/passwd', bytes: Buffer.from('x') });
      expect((await move()).differences.first).toMatchObject([{ attachment: 'odd', what: 'impossible key' }]);
    });

    it('is no loss where the file was deleted meanwhile', async () => {
      const [gone] = await desk.add('old', ...sizes(10));
      rmSync(desk.path('old', gone?.key ?? ''));
      jest.spyOn(desk.attachments, 'has').mockImplementation(async () => {
        await desk.database.query('delete from attachment');
        return (await desk.attachments.totals()).files > 0;
      });
      expect((await move()).differences.count).toBe(0);
    });
  });

  describe('a store that stumbles', () => {
    it.each<[string, S3Operation, S3Fault]>([
      ['500', 'PutObject', internalError],
      ['503', 'PutObject', slowDown],
      ['a cut in the middle of a request', 'PutObject', { kind: 'cut', afterBytes: 1000 }],
      ['an answer that is lost', 'PutObject', { kind: 'lose-answer' }],
      ['a request that hangs', 'PutObject', { kind: 'hang' }],
      ['a part that fails', 'UploadPart', internalError],
      ['500', 'GetObject', internalError],
      ['a body that is cut off', 'GetObject', { kind: 'truncate', afterBytes: 1000 }],
      ['a body that stalls', 'GetObject', { kind: 'stall', afterBytes: 1000 }],
      ['slowness', 'GetObject', { kind: 'delay', ms: 300 }],
      ['500', 'ListObjectsV2', slowDown],
    ])('is forgiven %s of %s, there and back', async (_what, operation, fault) => {
      const files = await desk.add('old', ...sizes(2000, 6 * MB));
      s3.faults.next(operation, fault, 2);
      expect(await move()).toMatchObject({ copied: { files: 2 }, differences: { count: 0 } });
      for (const { key, bytes } of files) expect(s3.objects.get(key)?.bytes.equals(bytes)).toBe(true);
      s3.faults.clear();
      s3.faults.next(operation, fault, 2);
      await move({ from: bucketOf(s3), to: desk.local('new') });
      for (const { key, bytes } of files) expect(desk.bytesIn('new', key).equals(bytes)).toBe(true);
    });

    it('a target that keeps other bytes than it was given is found out', async () => {
      const [file] = await desk.add('old', ...sizes(100));
      const kept = stored();
      const set = kept.set.bind(kept);
      kept.set = (key, object) => set(key, { ...object, bytes: Buffer.alloc(100), checksums: {} });
      const report = await move().finally(() => (kept.set = set));
      expect(report.differences.first).toMatchObject([
        { attachment: file?.id, where: 'target', what: 'wrong bytes' },
      ]);
    });
  });

  describe('a store that is away', () => {
    it.each<[string, S3Operation, S3Fault, string]>([
      ['refuses us', 'PutObject', accessDenied, 'AccessDenied'],
      ['fails', 'PutObject', internalError, 'InternalError'],
      ['hangs', 'PutObject', { kind: 'hang' }, 'PutObject on the bucket attachments'],
      ['cannot be listed', 'ListObjectsV2', accessDenied, 'AccessDenied'],
      ['breaks off whatever it gives', 'GetObject', { kind: 'truncate', afterBytes: 10 }, 'aborted'],
    ])('%s: says why, with the side, and goes on when it is back', async (_how, operation, fault, why) => {
      const files = await desk.add('old', ...sizes(...Array.from({ length: 20 }, () => 1000)));
      s3.faults.always(operation, fault);
      const failure = await move().catch((error: Error) => error);
      expect((failure as Error).message).toMatch(/^The target of the files cannot be used: /);
      expect((failure as Error).message).toContain(why);
      s3.faults.clear();
      const { copied, there } = await move();
      expect(copied.files + there.files).toBe(files.length);
    });

    it('in the middle: what has arrived stays, and the report says how far it came', async () => {
      await desk.add('old', ...sizes(...Array.from({ length: 30 }, () => 1000)));
      s3.faults.next('PutObject', { kind: 'delay', ms: 0 }, 12);
      s3.faults.always('PutObject', accessDenied);
      await expect(move()).rejects.toThrow(/1\d files have arrived.*run the same command again to finish$/);
      const { size } = s3.objects;
      expect(size).toBeGreaterThan(9);
      expect(reportOf()).toMatchObject({ outcome: 'failed', error: expect.stringContaining('AccessDenied') });
      s3.faults.clear();
      expect(await move()).toMatchObject({ copied: { files: 30 - size }, there: { files: size } });
    });

    it('is asked for none of the large files that wait for room in memory', async () => {
      const large = Buffer.alloc(10 * MB);
      await desk.add('old', ...Array.from({ length: 8 }, () => large));
      s3.faults.always('GetObject', accessDenied);
      await expect(move()).rejects.toThrow('AccessDenied');
      expect(s3.seenOf('GetObject').length).toBeLessThan(5);
    });

    it.each<[string, object, RegExp]>([
      ['the bucket is missing', { bucket: 'another' }, /NoSuchBucket.*: there is no such bucket/],
      ['nobody listens', { endpoint: 'http://127.0.0.1:9' }, /ECONNREFUSED/],
    ])('as %s: nothing is written, on either side', async (_why, given, why) => {
      await desk.add('old', ...sizes(10));
      await expect(move({ to: { ...bucketOf(s3), ...given } as never })).rejects.toThrow(why);
      await expect(
        move({ from: { ...bucketOf(s3), ...given } as never, to: desk.local('new') }),
      ).rejects.toThrow(why);
      expect([existsSync(desk.path('new')), existsSync(desk.path('reports')), s3.objects.size]).toEqual([
        false,
        false,
        0,
      ]);
    });

    it('as the key is the wrong one: says so', async () => {
      await desk.add('old', ...sizes(10));
      const back = useCredentials(process.env, { ...s3.env, AWS_SECRET_ACCESS_KEY: 'wrong' });
      await expect(move().finally(back)).rejects.toThrow(/SignatureDoesNotMatch.*: the secret access key/);
    });
  });

  it('says how far it came where the database goes away, and goes on when it is back', async () => {
    await desk.add('old', ...sizes(100, 200));
    const rows = desk.attachments.rows.bind(desk.attachments);
    jest.spyOn(desk.attachments, 'rows').mockImplementation(async function* () {
      for await (const row of rows()) {
        if (row.size === 200 && s3.objects.size > 0) throw new DatabaseUnavailableError('It is away');
        yield row;
      }
    });
    await expect(move({ parallel: 1 })).rejects.toThrow(/^It is away\. 1 file has arrived.* to finish$/);
    jest.restoreAllMocks();
    expect(await move()).toMatchObject({ copied: { files: 1 }, there: { files: 1 } });
  });

  it('stops when it is interrupted: nothing half is left, and the same call finishes', async () => {
    await desk.add('old', ...sizes(...Array.from({ length: 20 }, () => 1000)));
    const interrupt = new AbortController();
    const onProgress: StorageMoveOptions['onProgress'] = ({ done }) => done.files === 7 && interrupt.abort();
    const failure = await move({ signal: interrupt.signal, onProgress }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InterruptedError);
    expect(String(failure)).toContain('run the same command again');
    expect(reportOf()).toMatchObject({ outcome: 'interrupted' });
    const { size } = s3.objects;
    expect([size >= 7, size < 20]).toEqual([true, true]);
    expect(await move()).toMatchObject({ copied: { files: 20 - size }, there: { files: size } });
  });

  it('works on as many files at a time as it is told, in the order of their rows', async () => {
    const files = await desk.add('old', ...sizes(...Array.from({ length: 12 }, () => 1000)));
    await move({ parallel: 1 });
    const put = s3
      .seenOf('PutObject')
      .map(({ key }) => key)
      .filter((key) => !key.includes('.liftdesk'));
    expect(put).toEqual(files.map(({ key }) => key));
  });

  it('tells its progress in files and bytes', async () => {
    await desk.add('old', ...sizes(100, 200));
    const told: unknown[] = [];
    await move({ parallel: 1, onProgress: ({ done, total }) => told.push([{ ...done }, total.bytes]) });
    expect(told).toEqual([
      [NO_FILES, 300],
      [{ files: 1, bytes: 100 }, 300],
      [{ files: 2, bytes: 300 }, 300],
    ]);
  });

  it('keeps a report that nobody else may read', async () => {
    await desk.add('old', ...sizes(100));
    const { kept, seconds } = await move();
    expect(statSync(desk.path('reports')).mode & 0o777).toBe(0o700);
    for (const extension of ['json', 'txt'])
      expect(statSync(`${kept}.${extension}`).mode & 0o777).toBe(0o600);
    expect(reportOf()).toMatchObject({
      outcome: 'done',
      version: 'test',
      to: 's3://attachments/',
      seconds,
      copied: { files: 1, bytes: 100 },
      differences: { count: 0, listed: [] },
    });
    expect(readFileSync(`${kept}.txt`, 'utf8')).toContain('Copied and read back: 1 file, 100 bytes\n');
  });

  describe('where no report can be kept', () => {
    const WHY = /The report cannot be kept in .*reports: ENOTDIR/;
    const takeAway = (): void => {
      rmSync(desk.path('reports'), { recursive: true, force: true });
      writeFileSync(desk.path('reports'), 'a file');
    };

    it('says so before it begins', async () => {
      const [file] = await desk.add('old', ...sizes(100));
      writeFileSync(desk.path('file'), '');
      const failure = await move({ reports: desk.path('file', 'reports') }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StartupError);
      expect(String(failure)).toMatch(WHY);
      expect(s3.objects.has(file?.key ?? '')).toBe(false);
    });

    it('says so at the end', async () => {
      await desk.add('old', ...sizes(100));
      const failure = await move({ onProgress: takeAway }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StartupError);
      expect(String(failure)).toMatch(WHY);
    });

    it('still says what ended it', async () => {
      await desk.add('old', ...sizes(100));
      s3.faults.always('GetObject', accessDenied);
      const failure = await move({ onProgress: takeAway }).catch((error: unknown) => error);
      expect(String(failure)).toMatch(/AccessDenied.* run the same command again to finish\. The report/);
      expect(String(failure)).toMatch(WHY);
    });
  });

  describe('a plan', () => {
    it('says what is there, what is to come and what cannot be brought, and writes nothing', async () => {
      const [, , missing] = await desk.add('old', ...sizes(10, 20, 30));
      const [first] = [...(await all())];
      await move({ to: desk.local('new') });
      rmSync(desk.path('new', first?.key ?? ''));
      rmSync(desk.path('new', missing?.key ?? ''));
      rmSync(desk.path('old', missing?.key ?? ''));
      const before = [desk.objects('old'), desk.objects('new')];
      const found = await plan({ to: desk.local('new') });
      expect(found).toMatchObject({
        total: { files: 3, bytes: 60 },
        there: { files: 1, bytes: 20 },
        toCopy: { files: 1, bytes: 10 },
        differences: { count: 1, first: [{ what: 'missing', key: missing?.key }] },
        obstacles: [],
      });
      expect(found.free).toBeGreaterThan(0);
      expect([desk.objects('old'), desk.objects('new')]).toEqual(before);
    });
    const all = async () => {
      const rows = [];
      for await (const row of desk.attachments.rows()) rows.push(row);
      return rows;
    };

    it('makes no folder and asks a bucket for no write', async () => {
      await desk.add('old', ...sizes(10));
      expect(await plan({ to: desk.local('new') })).toMatchObject({ toCopy: { files: 1 } });
      expect(existsSync(desk.path('new'))).toBe(false);
      expect(await plan()).toMatchObject({ toCopy: { files: 1 }, free: null });
      expect(new Set(s3.seen.map(({ operation }) => operation))).toEqual(new Set(['ListObjectsV2']));
    });

    it('takes a folder that is there and is no storage yet', async () => {
      await desk.add('old', ...sizes(10));
      mkdirSync(desk.path('new'));
      expect(await plan({ to: desk.local('new') })).toMatchObject({ toCopy: { files: 1 } });
      expect(readdirSync(desk.path('new'))).toEqual([]);
    });

    it('finds that the target has no room, and the move refuses before it writes', async () => {
      await desk.add('old', ...sizes(10));
      jest.spyOn(promises, 'statfs').mockResolvedValue({ bavail: 1, bsize: 9 } as never);
      expect((await plan({ to: desk.local('new') })).obstacles).toEqual([
        'The target has room for 9 bytes, and 10 bytes are to come',
      ]);
      await expect(move({ to: desk.local('new') })).rejects.toThrow(RefusedError);
      expect(existsSync(desk.path('new'))).toBe(false);
    });
  });

  describe('refuses', () => {
    beforeEach(() => desk.add('old', ...sizes(10)));

    it('a source that is not there, and makes none', async () => {
      await expect(move({ from: desk.local('typo') })).rejects.toThrow(/There is no folder .*typo/);
      expect(existsSync(desk.path('typo'))).toBe(false);
    });

    it('a source that is no folder of uploads, such as a disk that is not mounted', async () => {
      mkdirSync(desk.path('empty'));
      await expect(move({ from: desk.local('empty') })).rejects.toThrow(RefusedError);
      expect(readdirSync(desk.path('empty'))).toEqual([]);
    });

    it.each([
      ['the same folder', () => [desk.local('old'), desk.local('old')]],
      ['the same folder by a link', () => [desk.local('old'), desk.local('link')]],
      ['a target inside the source', () => [desk.local('old'), desk.local('old/attachments/new')]],
      ['a source inside the target', () => [desk.local('old/attachments'), desk.local('old')]],
      ['the same place in a bucket', () => [bucketOf(s3, 'a/'), bucketOf(s3, 'a/')]],
      ['a target among the files of the source', () => [bucketOf(s3), bucketOf(s3, 'attachments/')]],
      [
        'a source among the files of the target',
        () => [bucketOf(s3, 'a/attachments/b/'), bucketOf(s3, 'a/')],
      ],
    ])('%s', async (_what, places) => {
      symlinkSync(desk.path('old'), desk.path('link'));
      const [from, to] = places();
      await expect(move({ from, to })).rejects.toThrow(RefusedError);
      expect(s3.seen).toEqual([]);
    });
  });

  it('reads a source that can only be read', async () => {
    const [file] = await desk.add('old', ...sizes(10));
    for (const folder of ['old/attachments', 'old']) chmodSync(desk.path(folder), 0o500);
    const marker = desk.path('old', '.liftdesk-storage');
    utimesSync(marker, 1, 1);
    await move();
    for (const folder of ['old', 'old/attachments']) chmodSync(desk.path(folder), 0o700);
    expect(statSync(marker).mtimeMs).toBe(1000);
    expect(s3.objects.get(file?.key ?? '')?.bytes.equals(file?.bytes as Buffer)).toBe(true);
  });

  it('is told with the side and the reason where the target is no folder', async () => {
    await desk.add('old', ...sizes(10));
    writeFileSync(desk.path('file'), 'x');
    await expect(move({ to: desk.local('file') })).rejects.toThrow(PlaceUnavailableError);
    await expect(move({ to: desk.local('file') })).rejects.toThrow(
      /^The target of the files cannot be used: .*ENOTDIR/,
    );
  });

  it('sees a file that comes while it runs', async () => {
    await desk.add('old', ...sizes(10));
    const seen: number[] = [];
    for await (const { size } of desk.attachments.rows()) {
      seen.push(size);
      if (size === 10) await desk.add('old', Buffer.alloc(20));
    }
    expect(seen).toEqual([10, 20]);
  });
});
