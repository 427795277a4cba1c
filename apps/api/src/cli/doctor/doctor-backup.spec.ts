import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackupPlace } from '../../backup/backup-place';
import { writeManifest } from '../../backup/manifest';
import { aManifest } from '../../backup/testing/a-manifest';
import { parseConfig } from '../../config/config';
import { describeOnPostgres } from '../../testing/test-database';
import { DoctorDesk } from './doctor-desk';

describe('the doctor, of backups', () => {
  let running: DoctorDesk;
  let folder: string;
  beforeAll(async () => (running = await DoctorDesk.start()));
  afterAll(() => running.close());
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'doctor-backup-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const env = (): Record<string, string> => ({ BACKUPS: 'on', BACKUP_DIR: join(folder, 'backups') });
  const look = async (more: Record<string, string> = {}) =>
    (await running.findings({ ...env(), ...more }, { only: ['backup'] }))['backup'];
  const backUp = async (hoursAgo: number): Promise<void> => {
    const place = await openBackupPlace(parseConfig({ ...running.env, ...env() }).backup);
    const provenAt = new Date(Date.now() - hoursAgo * 3_600_000).toISOString();
    await writeManifest(place, aManifest('database_backup_20261126_040000', { provenAt }));
  };

  it('says nothing where nobody wants any', async () => {
    expect(await look({ BACKUPS: 'off' })).toMatchObject({ verdict: 'skipped' });
  });

  it('says that there is none yet, and makes no folder', async () => {
    expect(await look()).toMatchObject({
      verdict: 'warning',
      fix: expect.stringContaining('npm run backup') as string,
    });
    expect(existsSync(join(folder, 'backups'))).toBe(false);
  });

  it('puts, reads and deletes an object, and tells the age of the last one', async () => {
    await backUp(3);
    const found = await look();
    expect(found).toMatchObject({ verdict: 'ok' });
    expect(found?.message).toMatch(/^proven 3 h ago .*, not encrypted: .*; an object was put/);
    expect(readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('doctor'))).toEqual([]);
  });

  it('fails where the last one is too old', async () => {
    await backUp(30);
    expect(await look()).toMatchObject({
      verdict: 'failure',
      message: expect.stringContaining('30 h old') as string,
    });
  });

  describeOnPostgres('what makes them', () => {
    it('must be here', async () => {
      await backUp(3);
      expect(await look({ PG_BIN_DIR: folder })).toMatchObject({
        verdict: 'failure',
        message: 'pg_dump and pg_restore are not here',
        cause: expect.stringContaining('PG_BIN_DIR') as string,
      });
    });
  });
});
