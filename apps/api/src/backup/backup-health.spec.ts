import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { TestDesk } from '../testing/test-desk';
import { openBackupPlace } from './backup-place';
import { writeManifest } from './manifest';
import { aManifest } from './testing/a-manifest';

describe('the health of backups', () => {
  let folder: string;
  let desk: TestDesk | undefined;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'backup-health-'))));
  afterEach(async () => {
    await desk?.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (env: Record<string, string> = {}): Promise<TestDesk> =>
    (desk = await TestDesk.start({ env: { BACKUP_DIR: join(folder, 'backups'), ...env } }));
  const health = async ({ server }: TestDesk) =>
    (await request(server).get('/health')).body as {
      status: string;
      checks: Record<string, { status: string; message?: string }>;
    };
  /** One that was proven so many hours ago. */
  const backUp = async ({ config }: TestDesk, hours: number): Promise<void> =>
    writeManifest(
      await openBackupPlace(config.backup),
      aManifest('database_backup_20261126_040000', {
        provenAt: new Date(Date.now() - hours * 3_600_000).toISOString(),
      }),
    );

  it('is not asked for where backups are off', async () => {
    const { checks } = await health(await start());
    expect(checks).not.toHaveProperty('backup');
  });

  it('is well up to 26 hours after the last one', async () => {
    const running = await start({ BACKUPS: 'on' });
    await backUp(running, 25);
    const { checks } = await health(running);
    expect(checks['backup']).toMatchObject({ status: 'pass', message: 'proven 25 h ago' });
    const { text } = await request(running.server).get('/metrics');
    expect(Number(/^liftdesk_backup_age_seconds (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(25 * 3600);
  });

  it('degrades after that, and the desk goes on', async () => {
    const running = await start({ BACKUPS: 'on' });
    await backUp(running, 27);
    const { status, checks } = await health(running);
    expect(status).toBe('degraded');
    expect(checks['backup']).toMatchObject({ status: 'fail' });
    expect(checks['backup']?.message).toContain('27 h old, 26 h are allowed');
    await request(running.server).get('/health/ready').expect(200);
  });

  it('is not deceived by one that a clock of next year dated', async () => {
    const running = await start({ BACKUPS: 'on' });
    await backUp(running, 27);
    const later = 'database_backup_20991126_040000';
    await writeManifest(await openBackupPlace(running.config.backup), aManifest(later));
    expect((await health(running)).checks['backup']?.message).toContain('27 h old, 26 h are allowed');
  });

  it('degrades where there never was one, and where the place is away, and makes no folder', async () => {
    const running = await start({ BACKUPS: 'on' });
    expect((await health(running)).checks['backup']?.message).toContain('no backup was ever made in it');
    expect(existsSync(join(folder, 'backups'))).toBe(false);
  });
});
