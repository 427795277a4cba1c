import request from 'supertest';
import { TestDesk } from '../testing/test-desk';

describe('the metrics of what waits', () => {
  let desk: TestDesk;
  beforeEach(async () => (desk = await TestDesk.start()));
  afterEach(() => desk.close());

  const scrape = async (): Promise<string> => (await request(desk.server).get('/metrics').expect(200)).text;

  it('count mails that are queued and mails that were given up, and nobody’s address', async () => {
    const ana = await desk.signIn('customer');
    await desk.as(ana).post('/tickets', { subject: 'One', body: 'text' }).expect(201);
    await desk.as(ana).post('/tickets', { subject: 'Two', body: 'text' }).expect(201);
    const far = Date.now() + 86_400_000;
    await desk.rows(
      `update outbox_mail set status = 'queued', due_at = ${far}, lease = null, sent_at = null`,
    );
    await desk.rows(
      `update outbox_mail set status = 'failed' where rid = (select min(rid) from outbox_mail)`,
    );
    const [row] = await desk.rows<{ n: number }>(
      `select count(*) as n from outbox_mail where status = 'queued'`,
    );
    const text = await scrape();
    expect(Number(row?.n)).toBeGreaterThan(0);
    expect(text).toContain(`liftdesk_outbox_mails{state="queued"} ${row?.n}`);
    expect(text).toContain('liftdesk_outbox_mails{state="dead"} 1');
    expect(text).toContain('liftdesk_outbox_oldest_due_seconds 0');
    expect(text).not.toContain(ana.email);
  });

  it('tell of lines of the log', async () => {
    const text = await scrape();
    expect(text).toMatch(/^liftdesk_log_lines_waiting \d+$/m);
    expect(text).toContain('# TYPE liftdesk_log_lines_dropped_total counter');
    expect(text).toContain('liftdesk_log_lines_dropped_total 0');
  });
});
