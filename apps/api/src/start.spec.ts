import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from './common/startup-error';
import { type Config, parseConfig } from './config/config';
import { openSqlite } from './database/sqlite';
import { type RunningServer, startServer } from './start';

describe('a start', () => {
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-start-'));
    const dataSource = await openSqlite(join(folder, 'desk.sqlite'));
    await dataSource.runMigrations({ transaction: 'each' });
    await dataSource.destroy();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const configOf = (env: Record<string, string> = {}): Config =>
    parseConfig({
      NODE_ENV: 'production',
      JWT_SECRET: 'a secret for tests that is long enough for all',
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_PATH: join(folder, 'desk.sqlite'),
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

  it('in production leaves load balancers time to see its end, all within the 9 seconds it has', async () => {
    expect(await started(configOf())).toMatchObject({ noticeMs: 2_000, lingerMs: 1_000 });
    expect((await started(configOf({ NODE_ENV: 'test' }))).noticeMs).toBeUndefined();
  });
});
