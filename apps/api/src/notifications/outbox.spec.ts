import { SesServer, readMail, type SesFault } from '@liftdesk/testing';
import { MailTransport } from '@liftdesk/mail';
import { setTimeout as pause } from 'node:timers/promises';
import { change, openTicket, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { HOUR, MINUTE } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import { retryDelay } from './back-off';
import request from 'supertest';
import { MaintenanceService } from '../maintenance.service';
import { MailBlocks } from './mail-blocks';
import { MailBuilder } from './mail-builder';
import { MailHealth } from './mail-health';
import { OutboxQuery } from './outbox.query';
import { OutboxStore } from './outbox.store';
import { MAX_ATTEMPTS, OutboxWorker } from './outbox-worker';

process.env['AWS_ACCESS_KEY_ID'] ??= 'AKIATEST';
process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';

const LEASE = 3 * MINUTE;

interface Row {
  status: string;
  attempts: number;
  reason: string | null;
}

describe('the outbox', () => {
  let ses: SesServer;
  let desk: TestDesk;
  let ana: Person;
  let katrin: Person;
  let worker: OutboxWorker;
  let store: OutboxStore;

  beforeAll(async () => {
    ses = await SesServer.start();
    ses.quota.perSecond = 10_000;
    desk = await TestDesk.start({ env: sesEnv() });
    worker = desk.app.get(OutboxWorker, { strict: false });
    store = desk.app.get(OutboxStore, { strict: false });
    katrin = await desk.signIn('agent', { name: 'Katrin' });
  });
  afterAll(async () => {
    await desk.close();
    await ses.close();
  });
  beforeEach(async () => {
    await desk.rows('delete from outbox_mail');
    await desk.rows('delete from mail_block');
    ses.mails.length = 0;
    ses.failAlways(null);
    ana = await desk.signIn('customer', { name: 'Ana' });
  });

  const sesEnv = (): Record<string, string> => ({
    MAIL_TRANSPORT: 'ses',
    SES_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SES: ses.url,
    FROM_EMAIL: 'help@acme.example',
    MAIL_TIMEOUT: '3',
    // The clock goes on by days.
    JWT_EXPIRES_IN: '400d',
    REFRESH_EXPIRES_IN: '400d',
  });
  const rows = () => desk.rows<Row>('select status, attempts, reason from outbox_mail order by rid');
  const sends = () => ses.calls.filter((call) => call === 'SendRawEmail').length;
  const messageIds = () => ses.mails.map(({ raw }) => readMail(raw).headers['message-id']);
  /** Past the pause that the worker makes after a failure of the service. */
  const rested = (): void => void Object.assign(worker, { restUntil: 0 });

  async function drain(): Promise<void> {
    rested();
    await worker.drain();
  }

  it('is empty after everything was sent, each once, and says by which name', async () => {
    await Promise.all(Array.from({ length: 12 }, () => openTicket(desk, ana)));
    await drain();
    expect(ses.mails).toHaveLength(12);
    expect(new Set(messageIds()).size).toBe(12);
    const named = await desk.rows<{ name: string }>(
      'select provider_id as name from outbox_mail order by name',
    );
    expect(named.map(({ name }) => name)).toEqual(ses.mails.map(({ messageId }) => messageId).sort());
  });

  it('is emptied by several workers at once, and nothing is sent twice', async () => {
    await Promise.all(Array.from({ length: 30 }, () => openTicket(desk, ana)));
    await Promise.all([1, 2, 3, 4].map(() => worker.drain()));
    expect(ses.mails).toHaveLength(30);
    expect(new Set(messageIds()).size).toBe(30);
    expect((await rows()).every(({ status, attempts }) => status === 'sent' && attempts === 1)).toBe(true);
  });

  it('is tried again later and later where the service is away, with the same Message-ID', async () => {
    await openTicket(desk, ana);
    ses.failNext('500', 'cut');
    await drain();
    expect(await rows()).toMatchObject([
      { status: 'queued', attempts: 1, reason: expect.stringMatching(/reached/) },
    ]);
    await drain();
    expect(await rows()).toMatchObject([{ attempts: 1 }]);
    desk.clock.advance(4_000);
    await drain();
    expect(await rows()).toMatchObject([{ status: 'queued', attempts: 2 }]);
    desk.clock.advance(16_000);
    await drain();
    expect(await rows()).toMatchObject([{ status: 'sent', attempts: 3, reason: null }]);
    expect(ses.mails).toHaveLength(1);
  });

  it.each<SesFault>(['throttle', 'daily-quota', '500', 'denied'])(
    'gives a mail up after ten attempts, and keeps it for the desk: %s',
    async (fault) => {
      await openTicket(desk, ana);
      ses.failAlways(fault);
      for (let n = 1; n < MAX_ATTEMPTS; n++) {
        await drain();
        desk.clock.advance(8 * HOUR);
      }
      expect(await rows()).toMatchObject([{ status: 'queued', attempts: MAX_ATTEMPTS - 1 }]);
      await drain();
      expect(await rows()).toMatchObject([
        { status: 'failed', attempts: MAX_ATTEMPTS, reason: expect.any(String) },
      ]);
      desk.clock.advance(24 * HOUR);
      ses.failAlways(null);
      await drain();
      expect(ses.mails).toEqual([]);
    },
  );

  it('gives a mail up at once that the service will never take', async () => {
    await openTicket(desk, ana);
    ses.failNext('unverified');
    await drain();
    expect(await rows()).toMatchObject([
      { status: 'failed', attempts: 1, reason: expect.stringMatching(/not verified/) },
    ]);
    expect(JSON.stringify(await rows())).not.toContain('@');
  });

  it('keeps what is no mail’s fault: while our own sender is not verified, all of it waits', async () => {
    for (let n = 0; n < 3; n++) await openTicket(desk, ana);
    ses.failAlways('unverified-sender');
    await drain();
    await drain();
    ses.failAlways(null);
    desk.clock.advance(MINUTE);
    await drain();
    expect((await rows()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
  });

  it('does not wait longer than for the service: when it is back, all is sent', async () => {
    for (let n = 0; n < 3; n++) await openTicket(desk, ana);
    ses.failAlways('500');
    for (let n = 0; n < 9; n++) {
      await drain();
      desk.clock.advance(5 * MINUTE);
    }
    ses.failAlways(null);
    await openTicket(desk, ana);
    await drain();
    expect((await rows()).map(({ status }) => status)).toEqual(['sent', 'sent', 'sent', 'sent']);
  });

  it('lets the service rest that is away: one failure ends the round', async () => {
    for (let n = 0; n < 5; n++) await openTicket(desk, ana);
    ses.failAlways('500');
    const before = sends();
    await drain();
    expect(sends() - before).toBe(1);
  });

  it('asks for no more than the service takes in a second', async () => {
    const slow = await SesServer.start();
    slow.quota.perSecond = 20;
    const other = await TestDesk.start({ env: { ...sesEnv(), AWS_ENDPOINT_URL_SES: slow.url } });
    const ben = await other.signIn('customer');
    for (let n = 0; n < 6; n++) await openTicket(other, ben);
    const began = performance.now();
    await other.app.get(OutboxWorker, { strict: false }).drain();
    expect(slow.mails).toHaveLength(6);
    // Five pauses of 50 ms, less what a timer may be early.
    expect(performance.now() - began).toBeGreaterThan(200);
    await other.close();
    await slow.close();
  });

  it('sends nothing twice because the database was away when it was to be written down', async () => {
    await openTicket(desk, ana);
    jest
      .spyOn(store, 'settle')
      .mockRejectedValueOnce(new Error('away'))
      .mockRejectedValueOnce(new Error('away'));
    jest.spyOn(store, 'revive').mockRejectedValueOnce(new Error('away'));
    Object.assign(worker, { someWait: true });
    await expect(drain()).rejects.toThrow('away');
    expect(await rows()).toMatchObject([{ status: 'sent', attempts: 1 }]);
    desk.clock.advance(HOUR);
    await drain();
    expect(ses.mails).toHaveLength(1);
  });

  describe('of a process that is killed', () => {
    /** As a process does that ends in the middle of it: nothing is written down any more. */
    async function dieAfter(step: 'claim' | 'build' | 'send'): Promise<void> {
      const claim = await store.claim();
      if (claim === null) throw new Error('There is nothing to send');
      if (step === 'claim') return;
      const source = await desk.app.get(OutboxQuery, { strict: false }).source(claim.rid);
      if (source === null) throw new Error('It is gone');
      const mail = await desk.app.get(MailBuilder, { strict: false }).build(claim.rid, source);
      if (step === 'send') await desk.app.get(MailTransport, { strict: false }).send(mail);
    }

    it.each([
      ['claim', 1],
      ['build', 1],
      ['send', 2],
    ] as const)(
      'after %s, loses nothing: it is sent once more when the lease has ended',
      async (step, times) => {
        await openTicket(desk, ana);
        await dieAfter(step);
        await drain();
        expect(await rows()).toMatchObject([{ status: 'queued' }]);
        desk.clock.advance(LEASE + 1);
        await drain();
        expect(await rows()).toMatchObject([{ status: 'sent', attempts: 2 }]);
        expect(ses.mails).toHaveLength(times);
        expect(new Set(messageIds()).size).toBe(1);
        desk.clock.advance(24 * HOUR);
        await drain();
        expect(ses.mails).toHaveLength(times);
      },
    );

    it('at each attempt, gives the mail up after ten: it may be the mail that kills', async () => {
      await openTicket(desk, ana);
      for (let n = 0; n < MAX_ATTEMPTS; n++) {
        await dieAfter('claim');
        desk.clock.advance(LEASE + 1);
      }
      await drain();
      expect(await rows()).toMatchObject([{ status: 'failed' }]);
      expect(ses.mails).toEqual([]);
    });

    it('does not write over what another did after its lease had ended', async () => {
      await openTicket(desk, ana);
      const late = await store.claim();
      if (late === null) throw new Error('There is nothing to send');
      desk.clock.advance(LEASE + 1);
      await drain();
      await store.settle(late, { status: 'failed', reason: 'late' });
      expect(await rows()).toMatchObject([{ status: 'sent', reason: null }]);
    });
  });

  it('does not send to an address that is blocked, and says why', async () => {
    await desk.rows(
      `insert into mail_block (email_norm, kind, reason, created_at) values (?, 'bounce', 'It came back', 1)`,
      [ana.email],
    );
    await openTicket(desk, ana);
    expect(await rows()).toMatchObject([{ status: 'suppressed', reason: 'It came back' }]);
    await drain();
    expect(ses.mails).toEqual([]);
  });

  it('sends again to an address whose block was lifted, which is told from one that had none', async () => {
    await desk.rows(
      `insert into mail_block (email_norm, kind, reason, created_at) values (?, 'bounce', 'It came back', 1)`,
      [ana.email],
    );
    const blocks = desk.app.get(MailBlocks, { strict: false });
    const lift = () => desk.database.transaction((manager) => blocks.lift(manager, ana.email.toUpperCase()));
    expect([await lift(), await lift()]).toEqual([true, false]);
    await openTicket(desk, ana);
    await drain();
    expect(ses.mails).toHaveLength(1);
  });

  it('does not send to an address that was blocked since', async () => {
    await openTicket(desk, ana);
    await desk.rows(
      `insert into mail_block (email_norm, kind, reason, created_at) values (?, 'bounce', 'It came back', 1)`,
      [ana.email],
    );
    await drain();
    expect(await rows()).toMatchObject([{ status: 'suppressed', reason: 'It came back' }]);
  });

  it('does not tell of a ticket who no longer works at the desk, whoever it is still assigned to', async () => {
    const former = await desk.signIn('agent');
    const ticket = await openTicket(desk, katrin, { requesterEmail: ana.email, assigneeId: former.id });
    await desk.rows('update "user" set role = ? where id = ?', ['customer', former.id]);
    await write(desk, ana, ticket, { body: 'For the desk alone' });
    await drain();
    expect(ses.mails.map(({ destinations }) => destinations)).toEqual([[ana.email]]);
    expect((await rows()).map(({ status }) => status)).toEqual(['sent', 'suppressed', 'suppressed']);
  });

  it.each(['help@acme.example', 'HELP+anything@acme.example'])(
    'does not send to ourselves, which would go round for ever: %s',
    async (email) => {
      const loop = await desk.signIn('customer', { email });
      await openTicket(desk, loop);
      await drain();
      expect(await rows()).toMatchObject([{ status: 'suppressed' }]);
      expect(ses.mails).toEqual([]);
    },
  );

  it('sends no customer more than fifty mails in an hour', async () => {
    const ticket = await openTicket(desk, ana);
    for (let n = 0; n < 52; n++) await write(desk, katrin, ticket, { body: `Answer ${n}` });
    await drain();
    const statuses = (await rows()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'sent')).toHaveLength(50);
    expect(statuses.filter((status) => status === 'suppressed')).toHaveLength(3);
    desk.clock.advance(HOUR + MINUTE);
    await write(desk, katrin, ticket);
    await drain();
    expect((await rows()).at(-1)).toMatchObject({ status: 'sent' });
  });

  it('sends who works here all of them', async () => {
    const { id } = await desk.signIn('agent');
    for (let n = 0; n < 52; n++)
      await change(desk, katrin, await openTicket(desk, katrin), { assigneeId: id });
    await drain();
    const assigned = await desk.rows<Row>(`select status from outbox_mail where kind = 'assigned'`);
    expect(assigned.map(({ status }) => status)).toEqual(Array(52).fill('sent'));
  });

  it('keeps no address and no word of what people wrote out of the log', async () => {
    await openTicket(desk, ana, { subject: 'kanarienvogel', body: 'kanarienvogel' });
    ses.failNext('500', 'unverified');
    await drain();
    desk.clock.advance(HOUR);
    await drain();
    const log = await desk.log();
    expect(log).toContain('mail.delayed');
    expect(log).toContain('mail.failed');
    expect(log).not.toContain('kanarienvogel');
    expect(log).not.toContain(ana.email);
    expect(log).not.toContain('help@acme.example');
  });

  it('tells how much waits, for how long, and what was given up', async () => {
    await openTicket(desk, ana);
    await openTicket(desk, ana);
    ses.failNext('unverified');
    const since = desk.clock.now();
    desk.clock.advance(10 * MINUTE);
    expect(await store.backlog(since)).toMatchObject({ queued: 2, failed: 0 });
    expect((await store.backlog(since)).oldestDueMs).toBeGreaterThanOrEqual(10 * MINUTE);
    await drain();
    expect(await store.backlog(since)).toEqual({ queued: 0, oldestDueMs: 0, failed: 1 });
  });

  it('is a check of health: mail that waits too long, or was given up', async () => {
    const health = desk.app.get(MailHealth, { strict: false });
    expect(await health.checkOutbox()).toEqual({
      warn: false,
      message: '0 mails wait, 0 were given up in a day',
    });
    await openTicket(desk, ana);
    expect(await health.checkOutbox()).toMatchObject({ warn: false });
    desk.clock.advance(6 * MINUTE);
    expect(await health.checkOutbox()).toMatchObject({
      warn: true,
      message: expect.stringMatching(/6 minutes/),
    });
    desk.clock.advance(30 * MINUTE);
    await expect(health.checkOutbox()).rejects.toThrow(/36 minutes/);
    ses.failNext('unverified');
    await drain();
    expect(await health.checkOutbox()).toMatchObject({
      warn: true,
      message: expect.stringMatching(/1 were given up/),
    });
    desk.clock.advance(25 * HOUR);
    expect(await health.checkOutbox()).toMatchObject({ warn: false });
  });

  it('only degrades the health of the desk when the service is away', async () => {
    ses.failAlways('denied');
    const { body } = await request(desk.server).get('/health').expect(200);
    expect(body).toMatchObject({
      status: 'degraded',
      checks: { mail: { status: 'fail' }, outbox: { status: 'pass' } },
    });
  });

  it('forgets what was sent months ago and hangs on no message', async () => {
    const ticket = await openTicket(desk, ana);
    await desk.as(katrin).patch(`/tickets/${ticket.id}`, { status: 'solved' }).expect(200);
    await drain();
    const kinds = () => desk.rows('select kind from outbox_mail order by rid');
    expect(await kinds()).toEqual([{ kind: 'ticketReceived' }, { kind: 'solved' }]);
    desk.clock.advance(100 * 24 * HOUR);
    await openTicket(desk, ana);
    await desk.app.get(MaintenanceService, { strict: false }).run();
    expect(await kinds()).toEqual([{ kind: 'ticketReceived' }, { kind: 'ticketReceived' }]);
  });

  describe('of a running desk', () => {
    let running: TestDesk;
    beforeAll(async () => {
      running = await TestDesk.start({ env: { ...sesEnv(), MAIL_WORKER: 'on' } });
    });

    it('is sent at once, without anybody waiting for it', async () => {
      const ben = await running.signIn('customer');
      const wake = jest.spyOn(running.app.get(OutboxWorker, { strict: false }), 'wake');
      const began = performance.now();
      await openTicket(running, ben);
      // The commit rang, before the request was answered.
      expect(wake).toHaveBeenCalled();
      while (ses.mails.length === 0 && performance.now() - began < 30_000) await pause(5);
      expect(ses.mails).toHaveLength(1);
    });

    it('is left alone by a desk that ends, which waits for the mail on its way', async () => {
      const ben = await running.signIn('customer');
      ses.failNext('hang');
      // The mail may be on its way before the ticket's answer is here.
      const before = sends();
      await openTicket(running, ben);
      while (sends() === before) await pause(5);
      const settle = jest.spyOn(running.app.get(OutboxStore, { strict: false }), 'settle');
      await running.close();
      expect(settle.mock.calls).toMatchObject([[{ attempts: 1 }, { status: 'queued' }]]);
      await expect(settle.mock.results[0]?.value).resolves.toBeUndefined();
    });
  });
});

describe('the pause before the next attempt', () => {
  it('grows by four from 3 seconds to 6 hours, a quarter more or less', () => {
    const seconds = Array.from({ length: 9 }, (_, n) => retryDelay(n + 1, () => 0.5) / 1_000);
    expect(seconds).toEqual([3, 12, 48, 192, 768, 3_072, 12_288, 21_600, 21_600]);
    expect(retryDelay(1, () => 0)).toBe(2_250);
    expect(retryDelay(1, () => 1)).toBe(3_750);
  });
});
