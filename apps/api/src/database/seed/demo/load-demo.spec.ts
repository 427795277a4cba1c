import 'reflect-metadata';
import { FileStorage, StorageModule } from '@liftdesk/storage';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { inspectFile } from '../../../attachments/inspection/inspect-file';
import { DEMO_ACCOUNTS } from '../../../auth/demo-accounts';
import { passwordMatches } from '../../../auth/password';
import { checkConsistency } from '../../../search/search-maintenance';
import { onPostgres, openTestDatabase } from '../../../testing/test-database';
import { isEmptyDesk, loadDemo } from './load-demo';

const NOW = Date.parse('2026-11-22T10:23:00Z');
const HOUR = 3_600_000;

jest.setTimeout(120_000);

let folder: string;
let database: DataSource;
let context: Awaited<ReturnType<typeof NestFactory.createApplicationContext>>;
let storage: FileStorage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'liftdesk-demo-'));
  database = await openTestDatabase();
  const module = StorageModule.register({
    type: 'local',
    uploadDir: folder,
    signingSecret: 'a secret of this test, long enough',
  });
  context = await NestFactory.createApplicationContext(module, { logger: false });
  storage = context.get(FileStorage);
  await loadDemo(database, storage, NOW);
});
afterAll(async () => {
  await context.close();
  await database.destroy();
  rmSync(folder, { recursive: true });
});

const rows = <T>(sql: string, values: unknown[] = []): Promise<T[]> => database.query(sql, values);

describe('the demo', () => {
  it('fills an empty desk with 150 to 300 tickets, the newest first on the screen', async () => {
    expect(await isEmptyDesk(database)).toBe(false);
    const [count] = await rows<{ n: number }>('select count(*) as n from ticket');
    expect(count?.n).toBeGreaterThan(150);
    expect(count?.n).toBeLessThan(300);
    const newest = await rows<{ subject: string; at: number }>(
      'select subject, updated_at as at from ticket order by updated_at desc limit 14',
    );
    expect(newest.map(({ subject }) => subject)).toContain('バッテリーが充電されません（新品、1週間）');
    expect(newest.every(({ at }) => at <= NOW && at > NOW - 8 * HOUR)).toBe(true);
  });

  it('breaks no foreign key and is found by the search', async () => {
    // PostgreSQL takes no row that breaks one.
    if (!onPostgres) expect(await rows('pragma foreign_key_check')).toEqual([]);
    const { missing, orphaned } = await checkConsistency(database);
    expect([missing, orphaned]).toEqual([[], []]);
  });

  it('has every demo account, with its password and role', async () => {
    for (const { email, password, role } of DEMO_ACCOUNTS) {
      const [user] = await rows<{ role: string; hash: string }>(
        'select role, password_hash as hash from "user" where email = ?',
        [email],
      );
      expect(user?.role).toBe(role);
      expect(await passwordMatches(user?.hash ?? null, password)).toBe(true);
    }
  });

  it('gives the demo customer a ticket of every status', async () => {
    const statuses = await rows<{ status: string }>(
      `select distinct status from ticket t join "user" u on u.rid = t.requester_rid where u.email = 'katrin@demo.example' order by status`,
    );
    expect(statuses.map(({ status }) => status)).toEqual(['closed', 'new', 'open', 'pending', 'solved']);
  });

  it('has files in the storage that are what their rows say', async () => {
    const files = await rows<{ key: string; type: string; size: number; filename: string }>(
      'select storage_key as key, mime_type as type, size, filename from attachment',
    );
    expect(files.length).toBeGreaterThan(8);
    for (const { key, type, size, filename } of files) {
      expect((await storage.stat(key)).size).toBe(size);
      expect(await inspectFile(join(folder, key), filename)).toEqual({ ok: true, mimeType: type });
    }
  });

  it('shows the agents what is new to them, and only in tickets that wait for somebody', async () => {
    const unread = await rows<{ status: string }>(
      `select t.status from ticket t where t.status in ('new', 'open', 'pending') and not exists (
        select 1 from ticket_read r join "user" u on u.rid = r.user_rid
        where r.ticket_rid = t.rid and u.email = 'maja@demo.example' and r.message_rid >= t.last_message_rid)`,
    );
    expect(unread.length).toBeGreaterThan(5);
    expect(unread.length).toBeLessThan(25);
  });
});
