import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../../common/operator-errors';
import { StartupError } from '../../common/startup-error';
import { onPostgres } from '../../testing/test-database';
import type { Manifest } from '../manifest';
import { DeskWithBackups } from '../testing/a-desk-with-backups';

const KEY = 'a key of thirty-two characters and more';
/** Spread over each object, whatever its size. */
const PLACES = 50;
/** For a file of the pool the whole desk is restored first: PostgreSQL takes seconds for it, and the code is the same. */
const PLACES_IN_POOL = onPostgres ? 3 : PLACES;

describe.each([
  ['in the clear', undefined],
  ['encrypted', KEY],
])('a damaged backup, %s, is refused before the desk is touched', (_how, encryptionKey) => {
  let desk: DeskWithBackups;
  let manifest: Manifest;
  beforeAll(async () => {
    desk = await DeskWithBackups.make();
    ({ manifest } = await desk.backUp({ encryptionKey }));
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
    // So that what the pool has is needed.
    rmSync(desk.path('uploads', 'attachments'), { recursive: true });
  });
  afterAll(() => desk.remove());

  const inPool = (): string => {
    const [kept] = readdirSync(desk.path('backups', 'files'), {
      recursive: true,
      withFileTypes: true,
    }).filter((entry) => entry.isFile());
    return join(kept?.parentPath ?? '', kept?.name ?? '');
  };
  const objects: [string, () => string][] = [
    ['its database', () => desk.path('backups', manifest.database.key)],
    ['its manifest', () => desk.path('backups', `${manifest.name}.manifest.json`)],
    ['its list of files', () => desk.path('backups', manifest.files.list.key)],
    ['a file of its pool', inPool],
  ];

  /** All that a desk of SQLite is; of PostgreSQL what is asked for below. */
  const liveBytes = (): string | null =>
    onPostgres
      ? null
      : createHash('sha256')
          .update(readFileSync(desk.path('desk.sqlite')))
          .digest('hex');

  async function expectRefused(path: string, damaged: Buffer): Promise<void> {
    const whole = readFileSync(path);
    const before = liveBytes();
    writeFileSync(path, damaged);
    try {
      const error: unknown = await desk.restore({ name: manifest.name }, { encryptionKey }).then(
        () => 'restored',
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof StartupError)) throw error;
      expect(error.message).toMatch(/damaged|changed|cannot be opened|not right|newer version/);
      expect(error instanceof OperatorError ? error.exitCode : 1).toBeGreaterThan(0);
    } finally {
      writeFileSync(path, whole);
    }
    expect(liveBytes()).toBe(before);
  }

  it.each(objects)('one byte of %s flipped at any of 50 places', async (_what, path) => {
    const whole = readFileSync(path());
    const places = Math.min(path === inPool ? PLACES_IN_POOL : PLACES, whole.length);
    for (let n = 0; n < places; n += 1) {
      const at = Math.floor((n * whole.length) / places);
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (n % 8));
      await expectRefused(path(), damaged);
    }
    expect(await desk.subjects()).toEqual(['Wombat']);
  });

  it.each(objects)('%s cut to any length, or longer than it was', async (_what, path) => {
    const whole = readFileSync(path());
    const eighths = [1, 2, 3, 4, 5, 6, 7].map((n) => Math.floor((whole.length * n) / 8));
    const lengths = path === inPool && onPostgres ? [0] : [0, 1, ...eighths, whole.length - 1];
    for (const length of lengths) await expectRefused(path(), whole.subarray(0, length));
    await expectRefused(path(), Buffer.concat([whole, Buffer.from('\n')]));
    expect(await desk.subjects()).toEqual(['Wombat']);
  });

  it.each(objects)('%s gone', async (_what, path) => {
    const whole = readFileSync(path());
    const gone = path();
    rmSync(gone);
    await expect(desk.restore({ name: manifest.name }, { encryptionKey })).rejects.toThrow(StartupError);
    writeFileSync(gone, whole);
    expect(await desk.subjects()).toEqual(['Wombat']);
  });

  it('and whole again it is restored', async () => {
    await desk.restore({ name: manifest.name }, { encryptionKey });
    expect(await desk.subjects()).toEqual(['Quokka']);
  });
});
