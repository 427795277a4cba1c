import { EnvSecretStore } from '@liftdesk/secrets';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from './common/startup-error';
import { type Config, parseConfig } from './config/config';
import { databaseSchema } from './config/database.schema';
import { migrate } from './database/migrate';
import { openDatabase } from './database/open-database';
import { type RunningServer, startServer } from './start';
import { onPostgres, type TestDatabase, testDatabase } from './testing/test-database';

describe('a start', () => {
  let folder: string;
  let database: TestDatabase;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-start-'));
    database = await testDatabase(join(folder, 'desk.sqlite'));
    const dataSource = await openDatabase(databaseSchema.parse(database.env));
    await migrate(dataSource);
    await dataSource.destroy();
  });
  afterEach(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const configOf = (env: Record<string, string> = {}): Config =>
    parseConfig({
      NODE_ENV: 'production',
      JWT_SECRET: 'a secret for tests that is long enough for all',
      PORT: '0',
      HOST: '127.0.0.1',
      ...database.env,
      UPLOAD_DIR: join(folder, 'uploads'),
      LOG_DIR: join(folder, 'logs'),
      LOG_LEVEL: 'error',
      WEB_DIR: join(folder, 'no-client'),
      ...env,
    });
  async function started(config: Config): Promise<RunningServer['drain']> {
    const { drain } = await startServer(config);
    drain.server.closeAllConnections();
    await drain.stop();
    return drain;
  }

  it('of a second process is refused in one line on SQLite, and serves beside the first on PostgreSQL', async () => {
    const first = await startServer(configOf());
    const second = startServer(configOf({ LOG_DIR: join(folder, 'second-logs') }));
    const stop = async ({ drain }: RunningServer) => {
      drain.server.closeAllConnections();
      await drain.stop();
    };
    try {
      if (onPostgres) {
        const { port } = await second;
        expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
        await stop(await second);
      } else {
        await expect(second).rejects.toThrow(StartupError);
        await expect(second).rejects.toThrow(/^Another Liftdesk process is using .*: stop it first .*$/);
      }
    } finally {
      await stop(first);
    }
  });

  it('keeps a connection on which nothing is asked longer than the 60 s of nginx and of AWS’ load balancers', async () => {
    const { port, drain } = await startServer(configOf());
    try {
      const { headers } = await fetch(`http://127.0.0.1:${port}/health/live`);
      const seconds = /^timeout=(\d+)/.exec(headers.get('keep-alive') ?? '')?.[1];
      expect(Number(seconds)).toBeGreaterThan(60);
    } finally {
      drain.server.closeAllConnections();
      await drain.stop();
    }
  });

  it.each(['application.log', 'error.log'])(
    'says in one line that a log file cannot be opened: %s',
    async (file) => {
      mkdirSync(join(folder, 'logs', file), { recursive: true });
      const failing = startServer(configOf());
      await expect(failing).rejects.toThrow(StartupError);
      await expect(failing).rejects.toThrow(
        new RegExp(`^Cannot open the log file .*${file} \\(EISDIR\\): .*LOG_DIR.*$`),
      );
      await started(configOf({ LOG_DIR: join(folder, 'other-logs') }));
    },
  );

  it.each([
    ['a folder cannot be written', { UPLOAD_DIR: '/dev/null/uploads' }, /^The folder .*UPLOAD_DIR/],
    ['its port is nobody’s to take', { HOST: '192.0.2.1' }, /HOST/],
  ])('that fails because %s closes the secrets that were opened for it', async (_, env, said) => {
    const secrets = new EnvSecretStore({});
    const close = jest.spyOn(secrets, 'close');
    await expect(startServer(configOf(env), secrets)).rejects.toThrow(said);
    expect(close).toHaveBeenCalled();
  });

  it('ends with its last log lines kept and its database free, though something will not stop', async () => {
    const secrets = new EnvSecretStore({});
    jest.spyOn(secrets, 'close').mockImplementationOnce(() => {
      throw new Error('will not stop');
    });
    const { drain } = await startServer(configOf(), secrets);
    drain.server.closeAllConnections();
    await expect(drain.stop()).rejects.toThrow('will not stop');
    const lines = readFileSync(join(folder, 'logs/error.log'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'shutdown.failed', error: { message: 'will not stop' } },
    ]);
    await started(configOf());
  });

  it('in production leaves load balancers time to see its end, all within the 9 seconds it has', async () => {
    expect(await started(configOf())).toMatchObject({ noticeMs: 2_000, lingerMs: 1_000 });
    expect((await started(configOf({ NODE_ENV: 'test' }))).noticeMs).toBeUndefined();
  });
});
