import { createFileStorage, type FileStorage } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { listBackups, newestBackup } from './backup-place';
import { DamagedBackupError } from './backup.errors';
import { aManifest } from './testing/a-manifest';
import { manifestKey, readManifest, serialise, writeManifest } from './manifest';

const NOW = Date.parse('2026-11-28T00:00:00Z');

describe('the manifest of a backup', () => {
  let folder: string;
  let place: FileStorage;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'manifest-'));
    place = await createFileStorage({ type: 'local', uploadDir: folder, signingSecret: randomBytes(32) });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('comes back as it was written', async () => {
    const manifest = aManifest('database_backup_20261126_040000');
    await writeManifest(place, manifest);
    expect(await readManifest(place, manifest.name)).toEqual(manifest);
  });

  it('is refused where any one byte of it differs, or its end is cut off', async () => {
    const { name } = aManifest('database_backup_20261126_040000');
    await writeManifest(place, aManifest(name));
    const path = join(folder, manifestKey(name));
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      writeFileSync(path, changed);
      await expect(readManifest(place, name)).rejects.toThrow(DamagedBackupError);
      writeFileSync(path, bytes.subarray(0, at));
      await expect(readManifest(place, name)).rejects.toThrow(DamagedBackupError);
    }
  });

  it('of another backup is refused under this name', async () => {
    await writeManifest(place, aManifest('database_backup_20261126_040000'));
    writeFileSync(
      join(folder, manifestKey('database_backup_20261127_040000')),
      readFileSync(join(folder, manifestKey('database_backup_20261126_040000'))),
    );
    await expect(readManifest(place, 'database_backup_20261127_040000')).rejects.toThrow(DamagedBackupError);
  });

  it('that a newer version wrote is told apart from a damaged one', async () => {
    const manifest = aManifest('database_backup_20261126_040000');
    await writeManifest(place, manifest);
    const path = join(folder, manifestKey(manifest.name));
    // As the newer version would: with a checksum that is right.
    const newer = Object.assign(manifest, { format: 2 });
    writeFileSync(path, serialise(newer));
    await expect(readManifest(place, manifest.name)).rejects.toThrow('of a newer version of Liftdesk');
  });

  it('makes the list, newest first; what is damaged, or has none, does not count', async () => {
    const names = ['20261124', '20261126', '20261125'].map((day) => `database_backup_${day}_040000`);
    for (const name of names) await writeManifest(place, aManifest(name));
    await place.put('database_backup_20261127_040000.sqlite.gz', Readable.from(['no manifest']));
    writeFileSync(join(folder, manifestKey(names[1] as string)), '{}');
    const { manifests, damaged } = await listBackups(place);
    expect(manifests.map(({ name }) => name)).toEqual([names[2], names[0]]);
    expect(damaged).toEqual([{ name: names[1], problem: expect.stringContaining('was changed') as string }]);
    expect((await newestBackup(place, NOW))?.name).toBe(names[2]);
  });

  it('that is removed while they are listed is not there', async () => {
    const names = ['20261124', '20261126'].map((day) => `database_backup_${day}_040000`);
    for (const name of names) await writeManifest(place, aManifest(name));
    const get = place.get.bind(place);
    jest.spyOn(place, 'get').mockImplementation(async (key) => {
      if (key === manifestKey(names[1] as string)) await place.delete(key);
      return get(key);
    });
    expect(await newestBackup(place, NOW)).toMatchObject({ name: names[0] });
    await writeManifest(place, aManifest(names[1] as string));
    const { manifests, damaged } = await listBackups(place);
    expect([manifests.map(({ name }) => name), damaged]).toEqual([[names[0]], []]);
  });

  it('has no newest one in an empty place', async () => {
    expect(await newestBackup(place, NOW)).toBeUndefined();
  });
});
