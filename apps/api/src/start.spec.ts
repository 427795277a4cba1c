import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from './common/startup-error';
import { type Config, parseConfig } from './config/config';
import { databaseSchema } from './config/database.schema';
import { migrate } from './database/migrate';
import { openDatabase } from './database/open-database';
import { type RunningServer, startServer } from './start';
import { type TestDatabase, testDatabase } from './testing/test-database';

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
