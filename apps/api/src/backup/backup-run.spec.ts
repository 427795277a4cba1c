import { createFileStorage } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type BackupRun, discard } from './backup-run';
import { manifestKey } from './manifest';

describe('what is left of a backup that failed', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'backup-run-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('counts at no moment: a manifest, of which no answer came, goes first', async () => {
    const name = 'database_backup_20261126_040000';
    const place = await createFileStorage({
      type: 'local',
      uploadDir: folder,
      signingSecret: randomBytes(32),
    });
    const others = [`${name}.files.ndjson.gz`, `${name}.sqlite.gz`];
    for (const key of [...others, manifestKey(name)]) await place.put(key, Readable.from([key]));
    // In the order in which a bucket names them.
    jest.spyOn(place, 'list').mockImplementation(async function* () {
      for (const key of readdirSync(folder).sort()) yield { key, size: 0, lastModified: new Date() };
    });
    const remove = place.delete.bind(place);
    jest
      .spyOn(place, 'delete')
      .mockImplementationOnce(remove)
      .mockRejectedValue(new Error('the place went away'));
    await discard({ name, place } as BackupRun);
    expect(readdirSync(folder).filter((key) => key.startsWith(name))).toEqual(others);
  });
});
