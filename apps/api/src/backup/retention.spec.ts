import { createFileStorage, type FileStorage } from '@liftdesk/storage';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BackupConfig } from '../config/backup.schema';
import { storeArtefact } from './artefact';
import { fileLine } from './file-list';
import { manifestKey, readManifest, writeManifest } from './manifest';
import { poolKey } from './pool';
import { cleanUp } from './retention';
import { aManifest } from './testing/a-manifest';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const DAY_MS = 86_400_000;
const CONFIG = { retentionDays: 30, keepAtLeast: 2 } as BackupConfig;

describe('what is kept of backups', () => {
  let folder: string;
  let place: FileStorage;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'retention-'));
    place = await createFileStorage({ type: 'local', uploadDir: folder, signingSecret: randomBytes(32) });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const shaOf = (content: string): string => createHash('sha256').update(content).digest('hex');
  const nameOf = (daysAgo: number): string =>
    `database_backup_${new Date(NOW - daysAgo * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')}_040000`;
  const keys = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of place.list('')) found.push(key);
    return found.sort();
  };
  const put = (key: string, content = key) => place.put(key, Readable.from([content]));
  /** All that there is was written so many days ago. */
  async function age(days: number): Promise<void> {
    const at = new Date(NOW - days * DAY_MS);
    for (const key of await keys()) utimesSync(join(folder, key), at, at);
  }

  /** One with these files. */
  async function aBackup(daysAgo: number, ...contents: string[]): Promise<string> {
    const name = nameOf(daysAgo);
    const lines = contents.map((content) =>
      fileLine({ storageKey: content, sha256: shaOf(content), size: content.length }),
    );
    for (const content of contents) await put(poolKey(shaOf(content), ''), content);
    await put(`${name}.sqlite.gz`);
    const list = await storeArtefact(place, `${name}.files.ndjson`, Readable.from(lines), {
      compression: 'gzip',
      encryptionKey: undefined,
    });
    const { files, database, ...manifest } = aManifest(name);
    const { key } = database;
    await writeManifest(place, {
      ...manifest,
      database: { ...database, bytes: key.length },
      files: { ...files, list },
    });
    return name;
  }

  it('is what is young enough, and the newest however old; files go with the last backup that needs them', async () => {
    const kept = [await aBackup(31, 'shared', 'young'), await aBackup(5, 'shared')];
    const gone = [await aBackup(40, 'shared', 'old'), await aBackup(60, 'older')];
    await age(10);
    const removal = await cleanUp(place, CONFIG, NOW);
    expect(removal).toEqual({ backups: gone, leftovers: 0, files: 2, problems: [] });
    const left = await keys();
    expect(left.filter((key) => key.endsWith('.manifest.json'))).toEqual(kept.map(manifestKey));
    expect(left.filter((key) => key.startsWith('files/')).sort()).toEqual(
      ['shared', 'young'].map((content) => poolKey(shaOf(content), '')).sort(),
    );
    expect(left.filter((key) => gone.some((name) => key.startsWith(name)))).toEqual([]);
  });

  it('goes by the manifest and not by the name', async () => {
    await aBackup(1);
    await aBackup(2);
    const manifest = await readManifest(place, await aBackup(50));
    await writeManifest(place, { ...manifest, createdAt: new Date(NOW - 3 * DAY_MS).toISOString() });
    expect((await cleanUp(place, CONFIG, NOW)).backups).toEqual([]);
  });

  it('leaves what may belong to one that is being made, and takes what is older', async () => {
    await aBackup(1, 'needed');
    await put(`${nameOf(0)}.sqlite.gz`);
    await put(poolKey(shaOf('new'), ''));
    await put('a letter of somebody else');
    await age(1);
    expect(await cleanUp(place, CONFIG, NOW)).toMatchObject({ leftovers: 0, files: 0 });
    await age(3);
    expect(await cleanUp(place, CONFIG, NOW)).toMatchObject({ leftovers: 1, files: 1 });
    expect(await keys()).toContain('a letter of somebody else');
    expect(await keys()).toContain(poolKey(shaOf('needed'), ''));
  });

  it('is everything of a backup whose manifest is damaged, and all of the pool with it', async () => {
    const name = await aBackup(20, 'its file');
    await aBackup(1, 'another');
    writeFileSync(join(folder, manifestKey(name)), '{"format":1}');
    await put(poolKey(shaOf('nobody’s'), ''));
    await age(10);
    const before = await keys();
    expect(await cleanUp(place, CONFIG, NOW)).toMatchObject({ backups: [], leftovers: 0, files: 0 });
    expect(await keys()).toEqual(before);
  });

  it('does not count a backup that lost its database, or has it cut, among those that stay', async () => {
    const good = [await aBackup(40), await aBackup(50)];
    const [lost, cut] = [await aBackup(1), await aBackup(2)];
    await place.delete(`${lost}.sqlite.gz`);
    await put(`${cut}.sqlite.gz`, 'cut');
    const { backups, problems } = await cleanUp(place, CONFIG, NOW);
    expect(backups).toEqual([]);
    expect(problems).toEqual([
      expect.stringContaining(`${lost}.sqlite.gz`) as string,
      expect.stringContaining(`${cut}.sqlite.gz`) as string,
    ]);
    for (const name of good) expect(await keys()).toContain(`${name}.sqlite.gz`);
  });

  it('says what it could not remove, and goes on', async () => {
    await aBackup(1);
    await aBackup(2);
    const [stuck, gone] = [await aBackup(40), await aBackup(50)];
    const remove = place.delete.bind(place);
    jest.spyOn(place, 'delete').mockImplementation(async (key) => {
      if (key.startsWith(stuck)) throw new Error('the disk is read-only');
      await remove(key);
    });
    const { backups, problems } = await cleanUp(place, CONFIG, NOW);
    expect(backups).toEqual([gone]);
    expect(problems).toEqual([`${stuck} could not be removed: the disk is read-only`]);
  });
});
