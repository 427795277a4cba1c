import { createFileStorage, type FileStorage } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusedError } from '../../common/operator-errors';
import { DamagedBackupError } from '../backup.errors';
import { writeManifest } from '../manifest';
import { aManifest } from '../testing/a-manifest';
import { chooseBackup } from './choose-backup';

const [FIRST, SECOND, THIRD] = [
  'database_backup_20261124_040000',
  'database_backup_20261125_040000',
  'database_backup_20261126_040000',
] as const;

describe('which backup is meant', () => {
  let folder: string;
  let place: FileStorage;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'choose-'));
    place = await createFileStorage({ type: 'local', uploadDir: folder, signingSecret: randomBytes(32) });
    for (const name of [FIRST, SECOND, THIRD]) await writeManifest(place, aManifest(name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const choose = async (name?: string, at?: string): Promise<string> =>
    (await chooseBackup(place, 'folder', { name, at: at === undefined ? undefined : Date.parse(at) })).name;
  const damage = (name: string) => writeFileSync(join(folder, `${name}.manifest.json`), '{}');

  it.each([
    [FIRST, undefined, FIRST],
    [`${FIRST}.sqlite.gz.age`, undefined, FIRST],
    [`./backups/${FIRST}.manifest.json`, undefined, FIRST],
    ['latest', undefined, THIRD],
    [undefined, '2026-11-25T22:00Z', SECOND],
    [undefined, '2026-11-25T04:00:00Z', SECOND],
    [undefined, '2026-11-25T03:59:59Z', FIRST],
    [undefined, '2030-01-01T00:00Z', THIRD],
  ])('%s at %s is %s', async (name, at, expected) => {
    expect(await choose(name, at)).toBe(expected);
  });

  it('is asked for, with those that there are, where nobody says', async () => {
    const refusal = choose();
    await expect(refusal).rejects.toThrow(RefusedError);
    await expect(refusal).rejects.toThrow(new RegExp(`${THIRD}  proven(.|\n)*${FIRST}  proven`));
  });

  it('is refused where there is none such', async () => {
    await expect(choose('database_backup_20200101_000000')).rejects.toThrow(/no backup database_backup_2020/);
    await expect(choose('what')).rejects.toThrow(RefusedError);
    await expect(choose('../elsewhere')).rejects.toThrow(RefusedError);
    await expect(choose(undefined, '2020-01-01T00:00Z')).rejects.toThrow(/of that time/);
  });

  it('is not an older one without a word, where the newest is damaged', async () => {
    damage(THIRD);
    await expect(choose('latest')).rejects.toThrow(new RegExp(`newer backup than ${SECOND}`));
    await expect(choose(THIRD)).rejects.toThrow(DamagedBackupError);
    expect(await choose(SECOND)).toBe(SECOND);
    expect(await choose(undefined, '2026-11-25T22:00Z')).toBe(SECOND);
    await expect(choose(undefined, '2026-11-26T22:00Z')).rejects.toThrow(RefusedError);
  });
});
