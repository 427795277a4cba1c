import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SmokeDesk } from '../smoke/testing/smoke-desk';
import { smokeCommand } from './smoke';

interface Ended {
  readonly exitCode: typeof process.exitCode;
  readonly printed: string;
  readonly said: string;
}

describe('npm run smoke', () => {
  let smoke: SmokeDesk;
  const admin = { email: 'admin@people.example', password: '' };

  beforeAll(async () => {
    smoke = await SmokeDesk.start({ FRONTEND_URL: 'http://localhost' });
    admin.password = (await smoke.desk.signIn('admin', { email: admin.email })).password;
  });
  afterAll(() => smoke.close());
  afterEach(() => {
    delete process.env['SMOKE_ADMIN_EMAIL'];
    delete process.env['SMOKE_ADMIN_PASSWORD'];
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });

  async function ended(...options: string[]): Promise<Ended> {
    const [printed, said] = [process.stdout, process.stderr].map((stream) => {
      const texts: string[] = [];
      jest.spyOn(stream, 'write').mockImplementation((text) => texts.push(String(text)) > 0);
      return texts;
    });
    const url = `http://127.0.0.1:${smoke.port}`;
    await smokeCommand()
      .exitOverride()
      .parseAsync(['--url', url, ...options], { from: 'user' });
    return { exitCode: process.exitCode, printed: printed?.join('') ?? '', said: said?.join('') ?? '' };
  }

  const signedIn = (password: string): void => {
    process.env['SMOKE_ADMIN_EMAIL'] = admin.email;
    process.env['SMOKE_ADMIN_PASSWORD'] = password;
  };

  it('refuses to make what nobody would remove', async () => {
    const { exitCode, said } = await ended();
    expect([exitCode, said]).toEqual([3, expect.stringContaining('--with-database')]);
    expect(await smoke.desk.rows('select 1 from ticket')).toEqual([]);
  });

  it('refuses where the admin is none, and says nothing of the password', async () => {
    signedIn('not the password at all');
    const { exitCode, said, printed } = await ended('--json');
    expect([exitCode, JSON.parse(printed)]).toEqual([3, expect.objectContaining({ ok: false, exitCode: 3 })]);
    expect(said + printed).not.toContain('not the password');
  });

  it('ends with 0 where all is well, with a table and a file for CI', async () => {
    signedIn(admin.password);
    const junit = join(smoke.desk.folder, 'smoke.xml');
    const { exitCode, printed } = await ended('--only', 'health,ticket-create', '--junit', junit);
    expect([exitCode, printed]).toEqual([0, expect.stringContaining('All well: 3 ok')]);
    expect(readFileSync(junit, 'utf8')).toContain('<testsuite name="smoke" tests="3" failures="0"');
    expect(await smoke.desk.rows('select 1 from ticket')).toEqual([]);
  });

  it('needs nobody who cleans up where it makes nothing, and ends with 1 where something is wrong', async () => {
    const { exitCode, printed } = await ended('--only', 'health', '--expect-version', '9.9.9', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      ok: false,
      interrupted: false,
      checks: [{ name: 'health', verdict: 'failure' }],
    });
  });

  it('ends with 130 when it is interrupted, and says that nothing was looked at', async () => {
    const interrupted = ended('--read-only', '--json');
    process.emit('SIGINT');
    const { exitCode, printed, said } = await interrupted;
    expect([exitCode, said]).toEqual([130, expect.stringContaining('Interrupted')]);
    expect(JSON.parse(printed)).toMatchObject({ interrupted: true });
  });
});
