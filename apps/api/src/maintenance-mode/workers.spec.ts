import { MailRejectedError, MailTransport } from '@liftdesk/mail';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../config/config';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { MaintenanceService } from '../maintenance.service';
import { type ClaimedMail, OutboxStore } from '../notifications/outbox.store';
import { OutboxWorker } from '../notifications/outbox-worker';
import { startServer } from '../start';
import { openTicket } from '../testing/builders';
import type { Person } from '../testing/caller';
import { everything } from '../testing/failing-statements';
import { HOUR } from '../testing/settable-clock';
import { type TestDatabase, testDatabase } from '../testing/test-database';
import { TestDesk } from '../testing/test-desk';
import { beginMaintenance, endMaintenance, readMaintenance } from './maintenance-switch';

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

  describe('with a mail on its way', () => {
    let begun: Promise<void>;
    const onMail = jest.fn();
    /** What the mail service answers, as the maintenance begins. */
    function answer(with_: () => Promise<{ providerId: string }>): jest.SpyInstance {
      const transport = desk.app.get(MailTransport, { strict: false });
      return jest.spyOn(transport, 'send').mockImplementation(async () => {
        begun = beginMaintenance(desk.database, { onMail });
        while (onMail.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
        expect(await readMaintenance(desk.database)).not.toBeNull();
        return with_();
      });
    }
    beforeEach(async () => {
      onMail.mockClear();
      await openTicket(desk, ana);
    });

    it('has begun when that is written down: it is sent once, wherever the desk goes on', async () => {
      const send = answer(async () => ({ providerId: 'taken' }));
      await wake();
      await begun;
      const complete = await rows();
      expect(await outbox()).toEqual([{ status: 'sent' }]);
      expect(onMail.mock.calls).toEqual([[1]]);
      await wake();
      expect(await rows()).toBe(complete);
      await endMaintenance(desk.database);
      desk.clock.advance(24 * HOUR);
      await wake();
      expect(send).toHaveBeenCalledTimes(1);
      expect(await desk.log()).not.toMatch(/outbox-failed|not-settled/);
    });

    it('has begun when it is written down that nobody is there, and their address is blocked', async () => {
      answer(() =>
        Promise.reject(new MailRejectedError('There is no such mailbox', { undeliverable: true })),
      );
      await wake();
      await begun;
      expect(await outbox()).toEqual([{ status: 'bounced' }]);
      expect(await desk.rows('select kind from mail_block')).toEqual([{ kind: 'bounce' }]);
      expect(await desk.log()).not.toMatch(/outbox-failed|not-settled/);
    });

    describe('that somebody has in hand who does not come back', () => {
      let late: ClaimedMail;
      const store = () => desk.app.get(OutboxStore, { strict: false });
      beforeEach(async () => {
        late = (await store().claim()) as ClaimedMail;
      });

      it('waits until it may be taken from them, and then takes nothing of theirs', async () => {
        await desk.rows('update outbox_mail set due_at = ?', [Date.now() - 1]);
        await beginMaintenance(desk.database, { onMail });
        expect(onMail).not.toHaveBeenCalled();
        const complete = await rows();
        await store().settle(late, { status: 'sent', providerId: 'late' });
        await store().settle(late, { status: 'bounced', reason: 'late', recipient: ana.email });
        expect(await rows()).toBe(complete);
        await endMaintenance(desk.database);
        await wake();
        expect(await outbox()).toEqual([{ status: 'sent' }]);
      });

      it('can be given up: writes are refused by then, and begun again it is complete', async () => {
        const giveUp = new AbortController();
        const interrupted = beginMaintenance(desk.database, { onMail, signal: giveUp.signal });
        while (onMail.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
        giveUp.abort();
        await expect(interrupted).rejects.toThrow(/abort/);
        await store().settle(late, { status: 'sent', providerId: 'in time' });
        await beginMaintenance(desk.database, {});
        expect(await outbox()).toEqual([{ status: 'sent' }]);
      });
    });
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
