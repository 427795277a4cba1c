import { freePort } from '@liftdesk/testing';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { join } from 'node:path';
import { type Ending, MACHINE, Scratch, runBeside } from './harness/run';

const METRICS = `# HELP liftdesk_outbox_mails Mails that wait to be sent, and those that were given up
liftdesk_outbox_mails{state="queued"} 7
liftdesk_outbox_mails{state="dead"} 2
liftdesk_backup_age_seconds 3600
`;

describe('the look at a desk each minute', () => {
  let scratch: Scratch;
  let desk: Server;
  let answers: Record<string, [status: number, body: string]>;

  beforeEach(async () => {
    scratch = new Scratch();
    answers = {
      '/health/ready': [200, '{"status":"ready"}'],
      '/health': [
        200,
        JSON.stringify({ status: 'healthy', version: '1.2.3', checks: { database: { status: 'pass' } } }),
      ],
      '/metrics': [200, METRICS],
    };
    desk = createServer((request, response) => {
      const [status, body] = answers[request.url ?? ''] ?? [404, ''];
      response.writeHead(status).end(body);
    }).listen(0, '127.0.0.1');
    await once(desk, 'listening');
  });
  afterEach(() => {
    desk.close();
    scratch.remove();
  });

  const url = (): string => `http://127.0.0.1:${(desk.address() as { port: number }).port}`;
  const look = (...args: string[]): Promise<Ending> =>
    runBeside(process.execPath, [join(MACHINE, 'watch.mjs'), ...args]);
  const lineOf = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await look(...args);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('is one line of JSON, with the numbers that alarms go by', async () => {
    expect(await lineOf('--url', url())).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      message: 'watch',
      ready: 1,
      status: 'healthy',
      version: '1.2.3',
      ms: expect.any(Number),
      deadMail: 2,
      backupAgeSeconds: 3600,
    });
  });

  it('tells what does not pass, and that it is not ready', async () => {
    const checks = { backup: { status: 'fail' }, disk: { status: 'warn' }, database: { status: 'pass' } };
    answers['/health'] = [503, JSON.stringify({ status: 'unhealthy', version: '1.2.3', checks })];
    answers['/health/ready'] = [503, '{"status":"not ready","reason":"database"}'];
    answers['/metrics'] = [200, 'liftdesk_outbox_mails{state="dead"} 0\n'];
    const line = await lineOf('--url', url());
    expect(line).toMatchObject({ ready: 0, status: 'unhealthy', failing: ['backup', 'disk'], deadMail: 0 });
    expect(line).not.toHaveProperty('backupAgeSeconds');
  });

  it('writes a line about a desk that says nothing, or that is none', async () => {
    expect(await lineOf('--url', `http://127.0.0.1:${await freePort()}`)).toMatchObject({
      ready: 0,
      status: 'silent',
    });
    answers = { '/health': [200, '<html>'] };
    expect(await lineOf('--url', url())).toMatchObject({ ready: 0, status: 'silent' });
  });

  it('adds to a file, and tells when it cannot', async () => {
    const file = scratch.path('watch.log');
    expect(await look('--url', url(), '--to', file)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await look('--url', url(), '--to', file)).code).toBe(0);
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { ready: number }).ready)).toEqual([1, 1]);
    expect((await look('--url', url(), '--to', file, '--dry-run')).stdout).toContain('"ready":1');
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
    expect((await look('--url', url(), '--to', scratch.path('nowhere/watch.log'))).code).toBe(1);
    expect((await look('--nonsense')).code).toBe(2);
  });
});
