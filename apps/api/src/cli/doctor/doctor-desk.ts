import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TestDesk } from '../../testing/test-desk';
import type { DoctorOptions } from './doctor';
import { type Findings, findingsOf } from './findings';

/** A desk that runs, and the variables that describe it to a doctor. For tests. */
export class DoctorDesk {
  private constructor(
    readonly desk: TestDesk,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<DoctorDesk> {
    const desk = await TestDesk.start({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '5', ...env } });
    // As a start makes it.
    mkdirSync(desk.uploadDir, { recursive: true });
    const { port } = desk.server.address() as AddressInfo;
    return new DoctorDesk(desk, {
      NODE_ENV: 'test',
      JWT_SECRET: desk.config.auth.JWT_SECRET,
      ...databaseOf(desk),
      UPLOAD_DIR: desk.uploadDir,
      LOG_DIR: join(desk.folder, 'logs'),
      MAIL_DIR: desk.folder,
      HEALTH_MEMORY_LIMIT_MB: String(desk.config.health.HEALTH_MEMORY_LIMIT_MB),
      HEALTH_DISK_WARN_PERCENT: '100',
      HEALTH_DISK_FLOOR_MB: '1',
      PORT: String(port),
      HOST: '127.0.0.1',
      ...env,
    });
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.env['PORT']}`);
  }

  async findings(env: Record<string, string> = {}, options: DoctorOptions = {}): Promise<Findings> {
    return findingsOf({ ...this.env, ...env }, { directory: this.desk.folder, ...options });
  }

  close(): Promise<void> {
    return this.desk.close();
  }
}

function databaseOf({ config: { database } }: TestDesk): Record<string, string> {
  if (database.type === 'sqlite') return { DATABASE_PATH: database.path };
  const { user, password = '', host, port, database: name } = database;
  return { DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${name}` };
}
