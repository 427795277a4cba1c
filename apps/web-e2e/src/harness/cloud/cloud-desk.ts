import {
  CloudWatchLogsServer,
  RedisServer,
  SecretsManagerServer,
  SesServer,
  ThrowAwayDatabases,
  freePort,
} from '@liftdesk/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiProcess } from '../api-process';
import { environmentOf, runCommand } from '../built-product';
import { Nginx } from './nginx';
import type { PreparedCloud } from './shared-servers';

const SECRET_ID = 'prod/support-ticket/api';
const LOG_GROUP = '/aws/ec2/support-ticket-api';
const PROCESSES = 2;

/** The services of one desk. */
interface Services {
  redis: RedisServer;
  secrets: SecretsManagerServer;
  mail: SesServer;
  logs: CloudWatchLogsServer;
}

/**
 * The build that a laptop runs, with `PLATFORM=aws`: two processes behind nginx, on PostgreSQL and Redis, with the bucket,
 * Secrets Manager, SES and CloudWatch Logs over HTTP.
 */
export class CloudDesk {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly nginx: Nginx,
    private readonly processes: readonly ApiProcess[],
    private readonly env: NodeJS.ProcessEnv,
    private readonly services: Services,
    private readonly takeAway: () => Promise<void>,
  ) {}

  static async prepare(cloud: PreparedCloud, env: NodeJS.ProcessEnv): Promise<CloudDesk> {
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-web-e2e-'));
    const databases = new ThrowAwayDatabases(cloud.databaseServer);
    const database = await databases.take(cloud.template);
    const services: Services = {
      redis: await RedisServer.start(),
      secrets: await SecretsManagerServer.start(),
      mail: await SesServer.start(),
      logs: await CloudWatchLogsServer.start(LOG_GROUP),
    };
    const { JWT_SECRET } = environmentOf(folder);
    services.secrets.put(SECRET_ID, { JWT_SECRET, DATABASE_URL: databases.url(database) });
    const ports = await Promise.all(Array.from({ length: PROCESSES }, freePort));
    const common = cloudEnvironment(folder, cloud, services);
    const processes = ports.map((port, index) => {
      const own = { INSTANCE_ID: `i-journey-${index}`, PORT: String(port), ...env };
      return new ApiProcess(folder, { ...common, ...own });
    });
    const port = await freePort();
    const nginx = new Nginx(join(folder, 'nginx'), port, ports);
    const takeAway = () => databases.drop(database);
    return new CloudDesk(folder, port, nginx, processes, common, services, takeAway);
  }

  get log(): string {
    return [...this.processes, this.nginx].map(({ log }) => log).join('\n');
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.start()));
    await this.nginx.start();
  }

  /** The machines go, and the one before them first. */
  async crash(): Promise<void> {
    await this.nginx.crash();
    await this.endProcesses('SIGKILL');
  }

  run(...command: string[]): Promise<void> {
    // Both are for the secret to say, or for nobody.
    return runCommand(this.folder, command, { ...this.env, JWT_SECRET: undefined, DATABASE_PATH: undefined });
  }

  async close(): Promise<void> {
    await Promise.all([this.nginx.quit(), this.endProcesses('SIGTERM')]);
    const { redis, secrets, mail, logs } = this.services;
    await Promise.all([redis.stop(), secrets.stop(), mail.close(), logs.stop()]);
    await this.takeAway();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async endProcesses(signal: NodeJS.Signals): Promise<void> {
    await Promise.all(this.processes.map((process) => process.end(signal)));
  }
}

/** What the machine's environment says; all else is the default of PLATFORM=aws, or in the secret. */
function cloudEnvironment(folder: string, { storage }: PreparedCloud, services: Services): NodeJS.ProcessEnv {
  const { JWT_SECRET, DATABASE_PATH, ...usual } = environmentOf(folder);
  const { STORAGE_TYPE, ...bucket } = storage;
  void [JWT_SECRET, DATABASE_PATH, STORAGE_TYPE];
  return {
    ...usual,
    ...bucket,
    PLATFORM: 'aws',
    REDIS_HOST: services.redis.host,
    REDIS_PORT: String(services.redis.port),
    SES_REGION: 'us-east-1',
    FROM_EMAIL: 'support@desk.example',
    AWS_ENDPOINT_URL_SES: services.mail.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: services.secrets.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: services.logs.endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
