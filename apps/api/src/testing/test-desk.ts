import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test as Nest } from '@nestjs/testing';
import { closeLogger, createLogger, logFolder, nestLogger, type Logger } from '@liftdesk/logging';
import type { SecretStore } from '@liftdesk/secrets';
import { type KeptMail, MailFolder } from '@liftdesk/mail';
import { FileStorage } from '@liftdesk/storage';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module';
import { AccessTokens } from '../auth/access-tokens';
import { hashPassword } from '../auth/password';
import { SessionsService } from '../auth/sessions.service';
import { Clock } from '../common/clock';
import { Config, parseConfig } from '../config/config';
import { configureApp } from '../configure-app';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { FastExpressAdapter } from '../http/fast-express.adapter';
import { OutboxWorker } from '../notifications/outbox-worker';
import { UsersService } from '../users/users.service';
import { Caller, Person } from './caller';
import { SettableClock } from './settable-clock';
import { onPostgres, testDatabase } from './test-database';

/** What a test may want otherwise than the rest. */
export interface TestDeskOptions {
  /** Variables over those of a test, in which no rate limit is ever reached. */
  env?: Record<string, string>;
  /** Where secrets come from that may change; the variables alone otherwise. */
  secrets?: SecretStore;
}

// A busy machine may take its time: what hangs is found all the same.
jest.setTimeout(60_000);

const NO_LIMIT = '1000000';
/** One hash for everybody who does not sign in by it: hashing is slow on purpose. */
const PASSWORD = 'correct horse battery';
let passwordHash: Promise<string> | undefined;

/** The whole application as main runs it, on an empty migrated database and a folder of its own, with a settable clock. */
export class TestDesk {
  private people = 0;

  private constructor(
    readonly app: NestExpressApplication,
    readonly config: Config,
    readonly database: DataSource,
    readonly clock: SettableClock,
    readonly folder: string,
    private readonly logger: Logger,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async start({ env, secrets }: TestDeskOptions = {}): Promise<TestDesk> {
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-test-'));
    const { env: whichDatabase, drop } = await testDatabase();
    const config = testConfig(folder, { ...whichDatabase, ...env });
    const dataSource = await openDatabase(config.database);
    // On PostgreSQL it is the copy of a migrated one.
    if (!onPostgres) await migrate(dataSource);
    const logger = createLogger(config.logging, { environment: config.app.NODE_ENV, terminal: false });
    const clock = new SettableClock();
    const module = await Nest.createTestingModule({
      imports: [AppModule.register({ config, version: 'test', dataSource, logger, secrets })],
    })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    const app = module.createNestApplication<NestExpressApplication>(new FastExpressAdapter(), {
      logger: nestLogger(logger),
      bodyParser: false,
    });
    configureApp(app, config, logger);
    await app.init();
    await app.listen(0, '127.0.0.1');
    return new TestDesk(app, config, dataSource, clock, folder, logger, drop);
  }

  async close(): Promise<void> {
    await this.app.close();
    if (this.database.isInitialized) await this.database.destroy();
    await this.dropDatabase();
    await closeLogger(this.logger);
    rmSync(this.folder, { recursive: true, force: true });
  }

  get server(): Server {
    return this.app.getHttpServer() as Server;
  }

  get uploadDir(): string {
    return this.config.storage.uploadDir;
  }

  get storage(): FileStorage {
    return this.app.get(FileStorage, { strict: false });
  }

  /** Somebody new with a session, made without the costly parts of registration. */
  async signIn(role: Person['role'], given: Partial<Pick<Person, 'email' | 'name'>> = {}): Promise<Person> {
    const n = (this.people += 1);
    const email = given.email ?? `${role}${n}@people.example`;
    const name = given.name ?? `${role} ${n}`;
    passwordHash ??= hashPassword(PASSWORD);
    const hash = await passwordHash;
    const user = await this.database.transaction((manager) =>
      this.app
        .get(UsersService, { strict: false })
        .create(manager, { email, name, role, passwordHash: hash }),
    );
    const { id, rid } = user;
    return { id, rid, email, name, role, password: PASSWORD, ...(await this.sessionOf(rid, id)) };
  }

  /** One more session of somebody. */
  async sessionOf(rid: number, id: string): Promise<Pick<Person, 'token' | 'sessionId' | 'refreshToken'>> {
    const sessions = this.app.get(SessionsService, { strict: false });
    const started = await this.database.transaction((manager) => sessions.start(manager, rid, 'test'));
    return {
      ...started,
      token: await this.app.get(AccessTokens, { strict: false }).sign(id, started.sessionId),
    };
  }

  as(person: Pick<Person, 'token'>): Caller {
    return new Caller(this.server, person.token);
  }

  get anonymous(): Caller {
    return new Caller(this.server, null);
  }

  /** Every row, for what the API does not show. */
  rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return this.database.query(sql, values);
  }

  /** Sends what is in the outbox and due. @returns what was put aside by it, oldest first */
  async sendMail(): Promise<KeptMail[]> {
    const folder = this.app.get(MailFolder, { strict: false });
    const before = new Set((await folder.list(1_000)).items.map(({ id }) => id));
    await this.app.get(OutboxWorker, { strict: false }).drain();
    const after = (await folder.list(1_000)).items.filter(({ id }) => !before.has(id));
    return after.reverse();
  }

  /** Everything that was logged so far. */
  async log(): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const transport of this.logger.transports) {
      if ('flush' in transport && typeof transport.flush === 'function') transport.flush();
    }
    const dir = logFolder(this.config.logging) as string;
    return readdirSync(dir)
      .map((file) => readFileSync(join(dir, file), 'utf8'))
      .join('');
  }
}

function testConfig(folder: string, env: Record<string, string>): Config {
  return parseConfig({
    NODE_ENV: 'test',
    JWT_SECRET: 'a secret for tests that is long enough for all',
    UPLOAD_DIR: join(folder, 'uploads'),
    LOG_DIR: join(folder, 'logs'),
    WEB_DIR: join(folder, 'no-client'),
    // Mail is sent when a test says so, see sendMail(): it would change rows while others compare them.
    MAIL_WORKER: 'off',
    // A process of tests holds many desks one after the other, and what they leave behind.
    HEALTH_MEMORY_LIMIT_MB: '4000',
    MAIL_DIR: join(folder, 'mail'),
    RATE_LIMIT_ANONYMOUS: NO_LIMIT,
    RATE_LIMIT_USER: NO_LIMIT,
    RATE_LIMIT_UPLOADS_CUSTOMER: NO_LIMIT,
    RATE_LIMIT_UPLOADS_AGENT: NO_LIMIT,
    ...env,
  });
}
