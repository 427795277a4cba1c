import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

describe('tools/ci/notify.mjs', () => {
  const bodies: string[] = [];
  let answers: number[];
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(answers.shift() ?? 200).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/of-many-letters`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    bodies.length = 0;
    answers = [];
  });

  async function notify(env: Record<string, string>, ...args: string[]) {
    const given = {
      PATH: process.env['PATH'],
      DEED: 'release',
      ENVIRONMENT: 'production',
      OUTCOME: 'failure',
      ...env,
    };
    const { stdout, stderr, code } = await promisify(execFile)(join(__dirname, 'notify.mjs'), args, {
      env: given,
    }).then(
      (output) => ({ ...output, code: 0 }),
      (error: { stdout: string; stderr: string; code: number }) => error,
    );
    return { code, stdout, stderr };
  }

  it('tells people and programs what came of it', async () => {
    const env = { NOTIFY_WEBHOOK_URL: url, COMMIT: '0123456789abcdef', RUN_URL: 'https://ci.example/1' };
    expect(await notify(env)).toEqual({ code: 0, stdout: 'Told\n', stderr: '' });
    expect(bodies.map((body) => JSON.parse(body) as object)).toEqual([
      {
        text: 'Liftdesk, production: release of 0123456789ab failed. https://ci.example/1',
        deed: 'release',
        environment: 'production',
        outcome: 'failure',
        version: '',
        commit: '0123456789abcdef',
        run: 'https://ci.example/1',
        site: '',
      },
    ]);
  });

  it('tries again, and says at last that nobody was told, without the address', async () => {
    answers = [500, 500, 500];
    const { code, stdout, stderr } = await notify({ NOTIFY_WEBHOOK_URL: url });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'The webhook did not take it: it answered 500\n' });
    expect(bodies).toHaveLength(3);
    expect(stdout + stderr).not.toContain('many-letters');
  });

  it('says so where nobody is to be told', async () => {
    expect(await notify({})).toEqual({
      code: 0,
      stdout: 'NOTIFY_WEBHOOK_URL is not set: nobody is told\n',
      stderr: '',
    });
  });

  it('prints what it would send', async () => {
    const { stdout } = await notify({ NOTIFY_WEBHOOK_URL: url, VERSION: '1.0.0' }, '--dry-run');
    expect(JSON.parse(stdout)).toMatchObject({ text: 'Liftdesk, production: release of 1.0.0 failed.' });
    expect(bodies).toEqual([]);
  });

  it('refuses what it does not know', async () => {
    expect((await notify({}, '--loud')).code).toBe(2);
    expect((await notify({ OUTCOME: '' })).code).toBe(2);
  });
});
