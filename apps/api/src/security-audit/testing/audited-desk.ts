import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../../cli/doctor/runner';
import { databaseHousekeeping } from '../../smoke/housekeeping';
import { TestDesk } from '../../testing/test-desk';
import { type AuditOptions, runAudit } from '../run-audit';
import { type Faults, Front } from './front';

const AS_IN_PRODUCTION = {
  NODE_ENV: 'staging',
  PLATFORM: 'local',
  FRONTEND_URL: 'https://desk.test',
  FROM_EMAIL: 'desk@desk.test',
  MAIL_TRANSPORT: 'log',
};

/** A desk as in production behind what stands before it there, and an audit from outside. */
export class AuditedDesk {
  private constructor(
    readonly desk: TestDesk,
    readonly folder: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<AuditedDesk> {
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-audit-'));
    mkdirSync(join(folder, 'client'));
    writeFileSync(join(folder, 'client', 'index.html'), '<!doctype html><title>Liftdesk</title>');
    writeFileSync(join(folder, '.env.production'), 'JWT_SECRET=not-for-strangers\n');
    const desk = await TestDesk.start({
      env: { ...AS_IN_PRODUCTION, WEB_DIR: join(folder, 'client'), ...env },
    });
    return new AuditedDesk(desk, folder);
  }

  async close(): Promise<void> {
    await this.desk.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the checks of these names find while the front has these faults. */
  async audit(
    only: readonly string[],
    faults: Faults = {},
    change: Partial<AuditOptions> & { trusted?: boolean } = {},
  ): Promise<Record<string, CheckReport>> {
    const front = await Front.before(this.desk, faults);
    const { database, config } = this.desk;
    try {
      const { trusted, ...more } = change;
      const reports = await runAudit({
        ...unknowing,
        remote: front.remote({ trusted }),
        housekeeping: databaseHousekeeping(database, config),
        mailDomain: 'audit.example',
        only,
        ...more,
      });
      return Object.fromEntries(reports.map((report) => [report.name, report]));
    } finally {
      await front.close();
    }
  }

  async find(
    name: string,
    faults?: Faults,
    change?: Parameters<AuditedDesk['audit']>[2],
  ): Promise<CheckReport> {
    return (await this.audit([name], faults, change))[name] as CheckReport;
  }
}

/** Somebody who has nothing but the address. */
export const unknowing: Omit<AuditOptions, 'remote'> = {
  housekeeping: null,
  only: [],
  skip: [],
  desk: { config: null, problem: 'the desk is configured elsewhere' },
  directory: '/nonexistent',
  files: [],
  allowedPorts: [],
  mayShutOut: false,
  npm: 'npm',
  now: Date.now,
};
