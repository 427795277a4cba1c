import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { EXPECTATIONS } from '../access-matrix/expectations';
import { openTicket, upload, write } from '../testing/builders';
import type { Method, Person } from '../testing/caller';
import { everything } from '../testing/failing-statements';
import { Listener } from '../testing/listener';
import { refreshCookieOf } from '../testing/refresh-cookie';
import { TestDesk } from '../testing/test-desk';
import type { TicketDto } from '../tickets/ticket.dto';
import { MaintenanceMode } from './maintenance-mode';
import { MaintenanceSignals } from './maintenance-signals';
import { beginMaintenance, endMaintenance } from './maintenance-switch';

const UNTIL = Date.parse('2027-01-02T03:04:05.000Z');
const TOLD = { since: expect.any(String), until: '2027-01-02T03:04:05.000Z', message: 'We move house' };
const PROBLEM = {
  type: expect.stringMatching(/\/maintenance$/),
  status: 503,
  detail: expect.any(String),
  maintenance: TOLD,
};
const ANY_ID = '0190a0a0-0000-7000-8000-000000000000';

describe('a desk in maintenance', () => {
  let desk: TestDesk;
  let admin: Person;
  let agent: Person;
  let ana: Person;
  let ticket: TicketDto;

  beforeAll(async () => {
    desk = await TestDesk.start({ env: { HEALTH_MEMORY_LIMIT_MB: '100000' } });
    admin = await desk.signIn('admin');
    agent = await desk.signIn('agent');
    ana = await desk.signIn('customer');
    ticket = await openTicket(desk, ana, { subject: 'A quokka' });
    await upload(desk, ana, ticket);
    await write(desk, agent, ticket, { body: 'How nice' });
  });
  afterAll(() => desk.close());
  beforeEach(() => beginMaintenance(desk.database, { message: 'We move house', until: UNTIL }));
  afterEach(() => endMaintenance(desk.database));

  const rows = async (): Promise<string> => JSON.stringify(await everything(desk.database));
  /** The guard may believe so for a second. */
  async function believingWritesAreTaken(work: () => Promise<void>): Promise<void> {
    await endMaintenance(desk.database);
    await desk.app.get(MaintenanceMode, { strict: false }).read();
    await beginMaintenance(desk.database, { message: 'We move house', until: UNTIL });
    await work();
  }

  it('answers every read, and no read changes a row', async () => {
    const before = await rows();
    const [file] = (await desk.as(ana).get(`/tickets/${ticket.id}/attachments`).expect(200)).body.items;
    for (const path of [
      '/auth/me',
      '/auth/options',
      '/auth/sessions',
      '/tickets',
      '/tickets?q=quokka',
      `/tickets/${ticket.id}`,
      `/tickets/${ticket.id}/messages`,
      `/attachments/${file.id}`,
    ]) {
      await desk.as(ana).get(path).expect(200);
    }
    await desk.as(agent).get('/tickets/counts').expect(200);
    const { url } = (await desk.as(ana).get(`/attachments/${file.id}/link`).expect(200)).body;
    await request(desk.server).get(url).expect(200);
    await desk.as(agent).post(`/tickets/${ticket.id}/presence`, { state: 'viewing' }).expect(204);
    expect(await rows()).toBe(before);
  });

  const reads = Object.keys(EXPECTATIONS).filter(
    (route) => route.startsWith('GET /api/') && !/\/(docs|files|events$)/.test(route),
  );
  it.each(reads)('goes on with %s, which changes no row', async (route) => {
    const before = await rows();
    const [file] = await desk.rows<{ id: string }>('select id from attachment');
    const ids: Record<string, string | undefined> = {
      users: ana.id,
      tickets: ticket.id,
      attachments: file?.id,
    };
    const path = route.replace('GET /api', '');
    const { status } = await desk.as(admin).get(path.replace(':id', ids[path.split('/')[1] ?? ''] ?? ANY_ID));
    // Where mail goes out there is no folder of it to be read.
    expect(status).toBe(path.startsWith('/mail/outbox') ? 404 : /\/download$/.test(path) ? 302 : 200);
    expect(await rows()).toBe(before);
  });

  it('says so to whoever asks', async () => {
    expect((await desk.anonymous.get('/status').expect(200)).body).toEqual({ maintenance: TOLD });
    await endMaintenance(desk.database);
    expect((await desk.anonymous.get('/status').expect(200)).body).toEqual({ maintenance: null });
  });

  const goesOn = ['POST /api/auth/refresh', 'POST /api/tickets/:id/presence'];
  const writes = Object.keys(EXPECTATIONS).filter(
    (route) => !/^(GET|HEAD) /.test(route) && !goesOn.includes(route),
  );
  it.each(writes)('refuses %s before anything of it is looked at', async (route) => {
    const [method, path] = route.split(' ') as [string, string];
    const asked = path.replace('/api', '').replaceAll(/:\w+/g, ANY_ID);
    await desk.anonymous.get('/status').expect(200);
    const answer = await desk.as(admin).send(method.toLowerCase() as Method, asked);
    expect([answer.status, answer.headers['retry-after'], answer.body]).toEqual([
      503,
      '30',
      expect.objectContaining(PROBLEM),
    ]);
    expect(answer.headers['content-type']).toMatch(/problem\+json/);
  });

  it('has something to refuse', () => expect(writes.length).toBeGreaterThan(15));

  it('refuses a write that is past the guard, leaves nothing of it, and takes it afterwards by the same key, once', async () => {
    await believingWritesAreTaken(async () => {
      const open = () =>
        desk
          .as(ana)
          .post('/tickets', { subject: 'Not lost', body: 'at all' })
          .set('Idempotency-Key', 'the-same');
      const before = await rows();
      const refused = await open().expect(503);
      expect(refused.body).toMatchObject(PROBLEM);
      expect(refused.headers['retry-after']).toBe('30');
      expect(await rows()).toBe(before);
      await endMaintenance(desk.database);
      const first = await open().expect(201);
      expect((await open().expect(201)).body.id).toBe(first.body.id);
      expect(await desk.rows(`select 1 from ticket where subject = 'Not lost'`)).toHaveLength(1);
    });
  });

  it('refuses a file that is past the guard, and keeps nothing of it', async () => {
    await believingWritesAreTaken(async () => {
      const before = await rows();
      const path = `/tickets/${ticket.id}/attachments`;
      const sent = desk.as(ana).post(path).attach('attachments', Buffer.from('plain text'), 'plain.txt');
      expect((await sent.expect(503)).body).toMatchObject(PROBLEM);
      expect(await rows()).toBe(before);
      expect(readdirSync(join(desk.uploadDir, '.staging'))).toEqual([]);
    });
  });

  it('refuses a file before it is sent, on a connection that goes on', async () => {
    await desk.anonymous.get('/status').expect(200);
    const { port } = desk.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('latin1').on('data', (piece: string) => (heard += piece));
    const hear = async (what: RegExp): Promise<void> => {
      while (!what.test(heard)) await once(socket, 'data');
    };
    socket.write(
      `POST /api/attachments HTTP/1.1\r\nHost: desk\r\nAuthorization: Bearer ${ana.token}\r\n` +
        'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 3000000\r\n\r\n',
    );
    socket.write(Buffer.alloc(1_000_000));
    await hear(/^HTTP\/1.1 503 .*"maintenance":/s);
    socket.write(Buffer.alloc(2_000_000));
    socket.write('GET /api/status HTTP/1.1\r\nHost: desk\r\n\r\n');
    await hear(/HTTP\/1.1 200 .*"maintenance":/s);
    socket.destroy();
  });

  describe('for who is signed in', () => {
    const refresh = (token: string) =>
      desk.anonymous.post('/auth/refresh').set('Cookie', `liftdesk_refresh=${token}`);

    it('gives access tokens by the cookie again and again, and leaves the cookie as it is', async () => {
      const before = await rows();
      for (let round = 0; round < 3; round += 1) {
        const answer = await refresh(ana.refreshToken).expect(200);
        expect(answer.headers['set-cookie']).toBeUndefined();
        expect(answer.body).toMatchObject({ expiresIn: 900, user: { id: ana.id } });
        await desk.as({ token: answer.body.accessToken }).get('/auth/me').expect(200);
        ana.token = answer.body.accessToken;
      }
      expect(await rows()).toBe(before);
      await endMaintenance(desk.database);
      const rotated = refreshCookieOf(await refresh(ana.refreshToken).expect(200)).value;
      expect(rotated).not.toBe(ana.refreshToken);
      await beginMaintenance(desk.database, {});
      // The old one is spent now, and its reuse ends nothing while nothing can be written.
      await refresh(ana.refreshToken).expect(401);
      await refresh(rotated).expect(200);
      ana.refreshToken = rotated;
    });

    it('refuses a session that is over, one of a disabled account, and what is no token', async () => {
      await endMaintenance(desk.database);
      const gone = await desk.signIn('customer');
      const disabled = await desk.signIn('customer');
      await desk.rows('update session set ended_at = 1 where user_rid = ?', [gone.rid]);
      await desk.rows('update "user" set disabled_at = 1 where rid = ?', [disabled.rid]);
      await beginMaintenance(desk.database, {});
      for (const token of [gone.refreshToken, disabled.refreshToken, 'no token'])
        await refresh(token).expect(401);
      await desk.anonymous.post('/auth/refresh').expect(401);
    });
  });

  it('is ready and healthy, says in its health since when, and in its metrics that it is', async () => {
    await request(desk.server).get('/health/ready').expect(200);
    const { body } = await request(desk.server).get('/health').expect(200);
    expect([body.status, body.checks.database.status]).toEqual(['healthy', 'pass']);
    expect(body.checks.maintenance).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/no writes are taken since \d{4}-.*Z/),
    });
    expect((await request(desk.server).get('/metrics')).text).toMatch(/^liftdesk_maintenance 1$/m);
  });

  it('is told to whoever follows it, once, and so is its end', async () => {
    const signals = desk.app.get(MaintenanceSignals, { strict: false });
    await endMaintenance(desk.database);
    await signals.look();
    const listeners = [await Listener.follow(desk, agent), await Listener.follow(desk, ana)];
    await beginMaintenance(desk.database, { message: 'We move house', until: UNTIL });
    await signals.look();
    await signals.look();
    await endMaintenance(desk.database);
    await signals.look();
    for (const listener of listeners) {
      await listener.until(() => listener.of('maintenance').length === 2);
      expect(listener.of('maintenance').map(({ data }) => data)).toEqual([
        { maintenance: TOLD },
        { maintenance: null },
      ]);
      await listener.leave();
    }
    const log = await desk.log();
    expect(log).toMatch(/maintenance\.begun[^]*maintenance\.ended/);
    expect(log).not.toContain('We move house');
  });
});
