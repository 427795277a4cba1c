import request from 'supertest';
import { TestDesk } from '../testing/test-desk';

describe('the metrics of the desk', () => {
  let desk: TestDesk;
  // Three at once are more than SQLite serves, and more than this pool of PostgreSQL has connections.
  beforeAll(async () => (desk = await TestDesk.start({ env: { DATABASE_POOL_SIZE: '2' } })));
  afterAll(() => desk.close());

  const scrape = async (): Promise<string> => (await request(desk.server).get('/metrics').expect(200)).text;
  const waiting = (text: string): number => Number(/^liftdesk_database_waiting (\d+)$/m.exec(text)?.[1]);

  it('show who waits for the database while somebody has it', async () => {
    // What a server asks as it starts may wait for the pool's first connection.
    while (waiting(await scrape()) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    let leave = (): void => undefined;
    const held = new Promise<void>((resolve) => (leave = resolve));
    // SQLite serves one at a time, PostgreSQL as many as there are connections in the pool.
    const { database } = desk.config;
    const atOnce = database.type === 'postgres' ? database.poolSize : 1;
    const holders = [...Array(atOnce + 2)].map(() => desk.database.transaction(() => held));
    try {
      // The reading of a second ago may be given again.
      while (waiting(await scrape()) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      leave();
      await Promise.all(holders);
    }
  });

  it('hold nothing of anybody: no id, address or name, in whatever was asked for', async () => {
    const ana = await desk.signIn('customer', { email: 'ana@people.example', name: 'Ana Secretname' });
    const { body } = await desk.as(ana).post('/tickets', { subject: 'Quokka', body: 'text' }).expect(201);
    const ticket = body as { id: string; number: number };
    await desk.as(ana).get(`/tickets/${ticket.id}`).expect(200);
    await desk.as(ana).get('/tickets?q=Quokka').expect(200);
    await desk.anonymous.get(`/nothing/${ana.id}`).expect(404);
    const text = await scrape();
    expect(text).toContain('route="/api/tickets/:id"');
    for (const secret of [ticket.id, ana.id, ana.token, ana.sessionId, 'ana@', 'Secretname', 'Quokka'])
      expect(text).not.toContain(secret);
  });

  it('are not for who comes through a proxy, whoever is signed in', async () => {
    const admin = await desk.signIn('admin');
    await request(desk.server)
      .get('/metrics')
      .set('X-Forwarded-For', '127.0.0.1')
      .set('Authorization', `Bearer ${admin.token}`)
      .expect(404)
      .expect('Content-Type', /problem\+json/);
  });

  it('are refused to nobody for asking often', async () => {
    const strict = await TestDesk.start({ env: { RATE_LIMIT_ANONYMOUS: '2' } });
    try {
      for (let n = 0; n < 6; n += 1) await request(strict.server).get('/metrics').expect(200);
    } finally {
      await strict.close();
    }
  });
});
