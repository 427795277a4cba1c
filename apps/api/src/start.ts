import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { HealthRegistry } from '@liftdesk/health';
import { closeLogger, createLogger, logFolder, nestLogger, type Logger } from '@liftdesk/logging';
import { EnvSecretStore, type SecretStore } from '@liftdesk/secrets';
import { accessSync, constants, mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module';
import { assertNoDemoAccounts } from './auth/demo-accounts';
import { SetupLink } from './auth/setup-link';
import { buildVersion } from './common/build-version';
import { StartupError } from './common/startup-error';
import type { Config } from './config/config';
import { configureApp } from './configure-app';
import { claimToServe, claimWhenLeft, type DatabaseClaim, isServed } from './database/instance-lock';
import { assertMigrated } from './database/migration-state';
import { openDatabase } from './database/open-database';
import { EventStreams } from './events/event-streams';
import type { DrainOptions } from './http/drain';
import { FastExpressAdapter } from './http/fast-express.adapter';
import { assertPortFree, listen } from './http/listen';
import { WaitingRoom } from './http/waiting-room';
import { assertNotHalfMoved } from './move/half-moved';
import { UsersService } from './users/users.service';

/**
 * Longer than a proxy keeps a connection on which nothing is asked (nginx and AWS' load balancers 60 s): the side that is asked
 * must not be the one that closes, or a request now and then meets a closed door and is answered with 502.
 */
const KEEP_ALIVE_MS = 65_000;

/** All other requests stand still meanwhile; what writes is made to wait by the write gate. */
const BLOCK_MS = 5;

/** A server that answers, and the way to end it. */
export interface RunningServer {
  app: NestExpressApplication;
  port: number;
  logger: Logger;
  /** The one-time link that makes the first admin; null where there is one, and in development. */
  setupLink: string | null;
  /** How it ends: what drainOnSignals() needs. */
  drain: DrainOptions;
}

export interface StartOptions {
  /**
   * Given, this process takes the place of one that serves the same file of SQLite: it takes requests, which wait, and calls
   * this, for the other to be told to end. What this build can know to be wrong was thrown before. Without it a process that
   * finds another one is refused.
   */
  onWaiting?: () => void;
}

/**
 * @param secrets open; closed again when the server ends, or cannot start
 * @throws StartupError with what to do, when the server cannot start; nothing is left half open
 */
export async function startServer(
  config: Config,
  secrets: SecretStore = new EnvSecretStore({}),
  { onWaiting }: StartOptions = {},
): Promise<RunningServer> {
  const adapter = new FastExpressAdapter();
  const server = adapter.earlyServer();
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  let claim: DatabaseClaim | undefined;
  let logger: Logger | undefined;
  let dataSource: DataSource | undefined;
  let app: NestExpressApplication | undefined;
  let room: WaitingRoom | undefined;
  const release = async (): Promise<void> => {
    try {
      if (dataSource?.isInitialized) await dataSource.destroy();
    } catch (error) {
      logger?.error({ message: 'database.close-failed', error });
    }
    claim?.release();
    secrets.close();
    if (logger) await closeLogger(logger);
  };
  try {
    assertFoldersWritable(config);
    await assertPortFree(config.http);
    if (onWaiting && isServed(config.database)) {
      logger = openLogger(config);
      await (await openChecked(config, logger)).destroy();
      room = new WaitingRoom(server);
      await listen(server, config.http);
      logger.info('startup.waiting');
      onWaiting();
      claim = await claimWhenLeft(config.database);
    } else {
      claim = claimToServe(config.database);
      logger = openLogger(config);
    }
    dataSource = await openChecked(config, logger);
    const version = config.app.APP_VERSION ?? buildVersion();
    const resources = { config, dataSource, logger, secrets, version };
    app = await NestFactory.create<NestExpressApplication>(AppModule.register(resources), adapter, {
      logger: nestLogger(logger),
      abortOnError: false,
      bodyParser: false,
    });
    configureApp(app, config, logger);
    await app.init();
    const setupLink = await offerSetup(app, config);
    if (room) room.open();
    else await listen(server, config.http);
    return {
      app,
      port: (server.address() as { port: number }).port,
      logger,
      setupLink,
      drain: drainOf(app, config, logger, release),
    };
  } catch (error) {
    room?.close();
    try {
      // Its timers would keep the process alive.
      await app?.close();
    } finally {
      await release();
    }
    throw error;
  }
}

/** @throws StartupError where this build cannot serve what is there */
async function openChecked({ database, app }: Config, logger: Logger): Promise<DataSource> {
  const dataSource = await openDatabase(database, {
    onConnectionLost: (error) => void logger.warn({ message: 'database.connection-lost', error }),
    blockMs: BLOCK_MS,
  });
  try {
    await assertNotHalfMoved(dataSource);
    const unknown = await assertMigrated(dataSource);
    if (unknown.length > 0) logger.warn({ message: 'database.newer-version', migrations: unknown });
    if (app.NODE_ENV === 'production' || app.NODE_ENV === 'staging') await assertNoDemoAccounts(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

function drainOf(
  app: NestExpressApplication,
  config: Config,
  logger: Logger,
  release: () => Promise<void>,
): DrainOptions {
  return {
    server: app.getHttpServer() as Server,
    notReady: () => {
      app.get(HealthRegistry).drain();
      app.get(EventStreams, { strict: false }).drain();
    },
    stop: async () => {
      try {
        await app.close();
      } catch (error) {
        logger.error({ message: 'shutdown.failed', error });
        throw error;
      } finally {
        await release();
      }
    },
    log: (message) => void logger.info(message),
    ...(config.app.NODE_ENV === 'production' && {
      // A load balancer that asks every second hears the 503 before connections are refused. Nobody else serves a file of
      // SQLite: who takes its place waits for us, and connections that are kept learn of it by their next answer.
      noticeMs: config.database.type === 'sqlite' ? 500 : 2_000,
      // With a new connection per request PM2's reload loses some unless the process stays a moment longer.
      lingerMs: 1_000,
    }),
  };
}

/** @throws StartupError */
function openLogger({ logging, app }: Config): Logger {
  try {
    return createLogger(logging, { environment: app.NODE_ENV });
  } catch (error) {
    const { path, code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      `Cannot open the log file ${path ?? `in ${logFolder(logging)}`} (${code}): move what is there away, or set LOG_DIR to another place`,
      { cause: error },
    );
  }
}

/** Somebody must be able to sign in: without anybody at the desk the operator gets a link. */
async function offerSetup(app: NestExpressApplication, config: Config): Promise<string | null> {
  if (config.app.NODE_ENV === 'development') return null;
  if (await app.get(UsersService, { strict: false }).anyStaff()) return null;
  return app.get(SetupLink, { strict: false }).issue();
}

/** @throws StartupError */
function assertFoldersWritable({ database, storage, logging }: Config): void {
  if (database.type === 'sqlite') assertWritable(dirname(database.path), 'DATABASE_PATH');
  assertWritable(storage.uploadDir, 'UPLOAD_DIR');
  const logs = logFolder(logging);
  if (logs !== undefined) assertWritable(logs, 'LOG_DIR');
}

function assertWritable(folder: string, variable: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new StartupError(
      `The folder ${folder} cannot be written: change its rights, or set ${variable} to another place`,
      { cause: error },
    );
  }
}
