import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TestDesk } from '../../testing/test-desk';
import type { CheckReport } from './runner';
import { type DoctorOptions, runDoctor } from './doctor';

/** A desk that runs, and the variables that describe it to a doctor. For tests. */
export class DoctorDesk {
  private constructor(
    readonly desk: TestDesk,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<DoctorDesk> {
    const desk = await TestDesk.start({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '5', ...env } });
    const { port } = desk.server.address() as AddressInfo;
    return new DoctorDesk(desk, {
      NODE_ENV: 'test',
      JWT_SECRET: desk.config.auth.JWT_SECRET,
      ...databaseOf(desk),
      UPLOAD_DIR: desk.uploadDir,
      LOG_DIR: join(desk.folder, 'logs'),
      MAIL_DIR: desk.folder,
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

/** What was found, by the name of the check. */
export type Findings = Readonly<Record<string, CheckReport>> & {
  readonly text: string;
  readonly healthy: boolean;
};

export async function findingsOf(env: Record<string, string>, options: DoctorOptions): Promise<Findings> {
  const { reports, text, healthy } = await runDoctor(env, options);
  return Object.assign(Object.fromEntries(reports.map((report) => [report.name, report])), { text, healthy });
}

/** Every file of a folder with what it holds, by path; of folders only that they are there. */
export function contentOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(paths.map((path) => [path, digestOf(join(folder, path))]));
}

function digestOf(path: string): string {
  return statSync(path).isDirectory()
    ? 'folder'
    : createHash('sha256').update(readFileSync(path)).digest('hex');
}
