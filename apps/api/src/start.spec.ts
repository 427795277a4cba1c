import { EnvSecretStore } from '@liftdesk/secrets';
import { freePort } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from './common/startup-error';
import { type Config, parseConfig } from './config/config';
import { databaseSchema } from './config/database.schema';
import { InstanceLock } from './database/instance-lock';
import { migrate } from './database/migrate';
import { openDatabase } from './database/open-database';
import { type RunningServer, startServer } from './start';
import { describeOnSqlite, onPostgres, type TestDatabase, testDatabase } from './testing/test-database';

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

  describeOnSqlite('in the place of another', () => {
    const pathOf = (config: Config): string => (config.database as { path: string }).path;
    const stop = async ({ drain }: RunningServer): Promise<void> => {
      drain.server.closeIdleConnections();
      await drain.stop();
    };
    let first: RunningServer;

    beforeEach(async () => {
      first = await startServer(configOf());
    });
    afterEach(() => stop(first));

    it('takes requests while the other still serves, and answers them when that one has ended', async () => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      let onWaiting: () => void = () => undefined;
      const waiting = new Promise<void>((resolve) => (onWaiting = resolve));
      const second = startServer(configOf({ PORT: String(port) }), undefined, { onWaiting });
      await Promise.race([waiting, second]);
      expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
      let isAnswered = false;
      const answer = fetch(`${origin}/api/status`).finally(() => (isAnswered = true));
      expect((await fetch(`http://127.0.0.1:${first.port}/health/ready`)).status).toBe(200);
      expect(isAnswered).toBe(false);
      await stop(first);
      expect((await answer).status).toBe(200);
      first = await second;
      expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    });

    it('asks those that waited to come again where it cannot serve after all', async () => {
      const port = await freePort();
      let onWaiting: () => void = () => undefined;
      const waiting = new Promise<void>((resolve) => (onWaiting = resolve));
      const second = startServer(configOf({ PORT: String(port) }), undefined, { onWaiting });
      await Promise.race([waiting, second]);
      const answer = fetch(`http://127.0.0.1:${port}/api/status`);
      // An answer to a later request: the one before has come in, too.
      await fetch(`http://127.0.0.1:${port}/health/live`);
      await withContract();
      await stop(first);
      await expect(second).rejects.toThrow(/newer version/);
      const { status, headers } = await answer;
      expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    });

    it.each([
      ['this build cannot serve what is there', /newer version/, withContract],
      ['a command has the file to itself', /Another Liftdesk process/, withCommand],
    ])('is refused before the other is told to end where %s', async (_, said, hinder) => {
      const onWaiting = jest.fn();
      const free = await hinder();
      await expect(startServer(configOf(), undefined, { onWaiting })).rejects.toThrow(said);
      expect(onWaiting).not.toHaveBeenCalled();
      await free();
    });

    async function withContract(): Promise<() => Promise<void>> {
      const database = new Database(pathOf(configOf()));
      database.exec(
        `insert into migrations (timestamp, name) values (9999999999999, 'ContractX9999999999999')`,
      );
      return async () => void database.close();
    }

    async function withCommand(): Promise<() => Promise<void>> {
      await stop(first);
      const lock = InstanceLock.acquire(pathOf(configOf()));
      return async () => {
        lock.release();
        first = await startServer(configOf());
      };
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
    expect(await started(configOf())).toMatchObject({
      noticeMs: onPostgres ? 2_000 : 500,
      lingerMs: 1_000,
    });
    expect((await started(configOf({ NODE_ENV: 'test' }))).noticeMs).toBeUndefined();
  });
});
