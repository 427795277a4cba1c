import { SmokeDesk } from '../smoke/testing/smoke-desk';
import { auditSecurityCommand } from './audit-security';

describe('npm run audit:security', () => {
  let smoke: SmokeDesk;
  let admin: { email: string; password: string };

  beforeAll(async () => {
    smoke = await SmokeDesk.start({ FRONTEND_URL: 'http://localhost' });
    admin = await smoke.desk.signIn('admin');
  });
  afterAll(() => smoke.close());
  beforeEach(() => {
    Object.assign(process.env, { SMOKE_ADMIN_EMAIL: admin.email, SMOKE_ADMIN_PASSWORD: admin.password });
  });
  afterEach(() => {
    delete process.env['SMOKE_ADMIN_EMAIL'];
    delete process.env['SMOKE_ADMIN_PASSWORD'];
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });

  async function ended(...options: string[]) {
    const [printed, said] = [process.stdout, process.stderr].map((stream) => {
      const texts: string[] = [];
      jest.spyOn(stream, 'write').mockImplementation((text) => texts.push(String(text)) > 0);
      return texts;
    });
    await auditSecurityCommand()
      .exitOverride()
      .parseAsync(['--url', `http://127.0.0.1:${smoke.port}`, '--json', ...options], { from: 'user' });
    return { exitCode: process.exitCode, printed: printed?.join('') ?? '', said: said?.join('') ?? '' };
  }

  it('ends with 0 where no check fails, and with 1 where one does', async () => {
    const well = await ended('--only', 'strangers,upload-types');
    expect([well.exitCode, JSON.parse(well.printed)]).toEqual([
      0,
      expect.objectContaining({ ok: true, interrupted: false }),
    ]);
    const { exitCode, printed } = await ended('--only', 'https-only');
    expect([exitCode, JSON.parse(printed)]).toEqual([1, expect.objectContaining({ ok: false })]);
    expect(await smoke.desk.rows(`select 1 from "user" where name = 'Smoke Test'`)).toEqual([]);
  });

  it('interrupted it prints one JSON object and ends with 130', async () => {
    const interrupted = ended();
    process.emit('SIGINT');
    const { exitCode, printed, said } = await interrupted;
    expect([exitCode, said]).toEqual([130, expect.stringContaining('Interrupted')]);
    expect(JSON.parse(printed)).toMatchObject({ interrupted: true });
  });

  it('keeps what it found where the session of its admin cannot be ended', async () => {
    const hangUp = (_req: unknown, res: { destroy: () => void }): void => res.destroy();
    const { server } = smoke.desk;
    const listeners = server.listeners('request') as ((req: { url?: string }, res: never) => void)[];
    server.removeAllListeners('request');
    server.on('request', (req, res) => {
      if (req.url === '/api/auth/logout') hangUp(req, res);
      else listeners.forEach((listener) => listener(req, res as never));
    });
    const { exitCode, printed, said } = await ended('--only', 'strangers');
    expect([exitCode, JSON.parse(printed)]).toEqual([0, expect.objectContaining({ ok: true })]);
    expect(said).toContain('could not be ended');
  });
});
