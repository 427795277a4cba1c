import { MailTransport } from '@liftdesk/mail';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../config/config';
import { MaintenanceError } from '../database/maintenance';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { MaintenanceService } from '../maintenance.service';
import { OutboxStore } from '../notifications/outbox.store';
import { OutboxWorker } from '../notifications/outbox-worker';
import { startServer } from '../start';
import { openTicket } from '../testing/builders';
import type { Person } from '../testing/caller';
import { everything } from '../testing/failing-statements';
import { HOUR } from '../testing/settable-clock';
import { type TestDatabase, testDatabase } from '../testing/test-database';
import { TestDesk } from '../testing/test-desk';
import { beginMaintenance, endMaintenance } from './maintenance-switch';

describe('what works in the background', () => {
  let desk: TestDesk;
  let ana: Person;
  let worker: OutboxWorker;

  beforeEach(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
    worker = desk.app.get(OutboxWorker, { strict: false });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await desk.close();
  });

  const outbox = () => desk.rows<{ status: string }>('select status from outbox_mail');
  const rows = async (): Promise<string> => JSON.stringify(await everything(desk.database));
  /** What the worker does by itself, to its end. */
  async function wake(): Promise<void> {
    worker.wake();
    await (worker as unknown as { running: Promise<void> }).running;
  }

  it('sends no mail in maintenance, without a word of error, and all of it afterwards', async () => {
    await openTicket(desk, ana);
    await beginMaintenance(desk.database, {});
    const before = await rows();
    await wake();
    expect(await rows()).toBe(before);
    expect(await desk.log()).not.toMatch(/outbox-failed|mail\./);
    await endMaintenance(desk.database);
    await wake();
    expect(await outbox()).toEqual([{ status: 'sent' }]);
  });

  it('writes down afterwards what was on its way as the maintenance began: it is sent once', async () => {
    await openTicket(desk, ana);
    const transport = desk.app.get(MailTransport, { strict: false });
    const send = jest.spyOn(transport, 'send').mockImplementation(async () => {
      await beginMaintenance(desk.database, {});
      return { providerId: 'taken' };
    });
    const settle = jest.spyOn(desk.app.get(OutboxStore, { strict: false }), 'settle');
    const running = wake();
    while (settle.mock.results.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await expect(settle.mock.results[0]?.value).rejects.toThrow(MaintenanceError);
    expect(await outbox()).toEqual([{ status: 'queued' }]);
    await endMaintenance(desk.database);
    await running;
    expect(await outbox()).toEqual([{ status: 'sent' }]);
    expect(send).toHaveBeenCalledTimes(1);
    expect(await desk.log()).not.toMatch(/outbox-failed|not-settled/);
  });

  it('sweeps nothing, and says nothing of it, until it is over', async () => {
    await desk.rows('update session set ended_at = 1 where user_rid = ?', [ana.rid]);
    desk.clock.advance(31 * 24 * HOUR);
    await beginMaintenance(desk.database, {});
    const before = await rows();
    const service = desk.app.get(MaintenanceService, { strict: false });
    await service.run();
    expect(await rows()).toBe(before);
    expect(await desk.log()).not.toMatch(/failed/);
    await endMaintenance(desk.database);
    await service.run();
    expect(await desk.rows('select 1 from session where user_rid = ?', [ana.rid])).toEqual([]);
  });
});

describe('a server that is started in maintenance', () => {
  let folder: string;
  let database: TestDatabase;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-maintenance-'));
    database = await testDatabase(join(folder, 'desk.sqlite'));
  });
  afterEach(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it('serves, in maintenance, until another process ends it', async () => {
    const config = parseConfig({
      NODE_ENV: 'production',
      JWT_SECRET: 'a secret for tests that is long enough for all',
      PORT: '0',
      HOST: '127.0.0.1',
      ...database.env,
      UPLOAD_DIR: join(folder, 'uploads'),
      LOG_DIR: join(folder, 'logs'),
      MAIL_DIR: join(folder, 'mail'),
      WEB_DIR: join(folder, 'no-client'),
    });
    const operator = await openDatabase(config.database);
    await migrate(operator);
    await beginMaintenance(operator, { message: 'Soon' });
    const { port, drain } = await startServer(config);
    const origin = `http://127.0.0.1:${port}`;
    const register = (): Promise<Response> =>
      fetch(`${origin}/api/auth/register`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email: 'ana@people.example', name: 'Ana', password: 'a long enough one' }),
      });
    try {
      expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
      expect((await register()).status).toBe(503);
      await endMaintenance(operator);
      expect((await register()).status).toBe(201);
    } finally {
      drain.server.closeAllConnections();
      await drain.stop();
      await operator.destroy();
    }
  });
});
