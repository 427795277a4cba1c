import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDesk } from '../testing/test-desk';
import { makeBackup } from './make-backup';
import { planBackup, planLines } from './plan-backup';

describe('the plan of a backup', () => {
  it('tells what it would do, and writes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backup-plan-'));
    const desk = await TestDesk.start({
      env: { DATABASE_PATH: join(folder, 'desk.sqlite'), BACKUP_DIR: join(folder, 'backups') },
    });
    try {
      const ana = await desk.signIn('customer');
      for (const content of ['one', 'two'])
        await desk
          .as(ana)
          .post('/attachments')
          .attach('attachments', Buffer.from(content), 'a.txt')
          .expect(201);
      const plan = await planBackup(desk.config);
      expect(plan).toMatchObject({
        attachments: { count: 2, bytes: 6, toCopy: 2 },
        encrypted: false,
        outdated: [],
      });
      expect(planLines(plan)).toContain('2 attachments, 6 bytes; 2 to be copied');
      expect(existsSync(join(folder, 'backups'))).toBe(false);
      const signal = new AbortController().signal;
      await makeBackup(desk.config, { version: 'test', say: () => undefined, signal });
      expect((await planBackup(desk.config)).attachments.toCopy).toBe(0);
    } finally {
      await desk.close();
      rmSync(folder, { recursive: true });
    }
  });
});
