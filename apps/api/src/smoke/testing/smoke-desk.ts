import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckReport } from '../../cli/doctor/runner';
import { Remote } from '../../remote-checks/remote';
import { TestDesk } from '../../testing/test-desk';
import { databaseHousekeeping } from '../housekeeping';
import { runSmoke, type SmokeOptions } from '../smoke';
import { type Fault, FaultyProxy, HOST } from './faulty-proxy';

/** What a smoke test found, by the name of the check. */
export type Found = Readonly<Record<string, CheckReport | undefined>>;

const PAGE = `<!doctype html><html><head><link rel="stylesheet" href="styles-ABCDEFGH.css"></head>
<body><script src="main-ABCDEFGH.js" type="module"></script></body></html>`;

/** A desk with a client, behind a proxy with TLS. For tests. */
export class SmokeDesk {
  private constructor(
    readonly desk: TestDesk,
    private readonly web: string,
  ) {}

  static async start(env: Record<string, string> = {}): Promise<SmokeDesk> {
    const web = mkdtempSync(join(tmpdir(), 'liftdesk-smoke-'));
    writeFileSync(join(web, 'index.html'), PAGE);
    writeFileSync(join(web, 'main-ABCDEFGH.js'), 'void 0;');
    writeFileSync(join(web, 'styles-ABCDEFGH.css'), 'body { margin: 0 }');
    const desk = await TestDesk.start({
      env: {
        FRONTEND_URL: `https://${HOST}`,
        WEB_DIR: web,
        NODE_ENV: 'staging',
        RATE_LIMIT_ANONYMOUS: '100',
        ...env,
      },
    });
    // As a start makes it.
    mkdirSync(desk.uploadDir, { recursive: true });
    return new SmokeDesk(desk, web);
  }

  get port(): number {
    return (this.desk.server.address() as AddressInfo).port;
  }

  get logs(): string {
    return join(this.desk.folder, 'logs');
  }

  async close(): Promise<void> {
    await this.desk.close();
    rmSync(this.web, { recursive: true, force: true });
  }

  /** Every table that a visit could leave something in, with how many rows it has. */
  async rows(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { tableName } of this.desk.database.entityMetadatas) {
      const [row] = await this.desk.rows<{ n: number }>(`select count(*) as n from "${tableName}"`);
      counts[tableName] = Number(row?.n);
    }
    return counts;
  }

  /** Walks through the desk behind a proxy that does this wrong. */
  async smokeBehind(fault: Fault, options: Partial<SmokeOptions> = {}, days = 60): Promise<Found> {
    const proxy = await FaultyProxy.start(this.port, fault, days);
    try {
      return await this.smoke(proxy, options);
    } finally {
      await proxy.stop();
    }
  }

  async smoke(proxy: FaultyProxy, options: Partial<SmokeOptions> = {}): Promise<Found> {
    const { url, connect, connectPlain, certificate: authorities } = proxy;
    const remote = new Remote({ url, connect, connectPlain, authorities });
    const housekeeping = databaseHousekeeping(this.desk.database, this.desk.config);
    return byName(await runSmoke({ remote, housekeeping, ...options }));
  }
}

export const byName = (reports: readonly CheckReport[]): Found =>
  Object.fromEntries(reports.map((report) => [report.name, report]));
