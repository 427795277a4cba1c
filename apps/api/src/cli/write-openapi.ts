import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createLogger } from '@liftdesk/logging';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../app.module';
import { parseConfig } from '../config/config';
import { configureApp } from '../configure-app';
import { openSqlite } from '../database/sqlite';
import { FastExpressAdapter } from '../http/fast-express.adapter';
import { createOpenApi } from '../openapi';

/** Builds the application on an empty database in memory and asks it; no server is started. */
export async function writeOpenApi(out: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-openapi-'));
  const config = parseConfig({
    NODE_ENV: 'test',
    JWT_SECRET: 'only for writing a document',
    UPLOAD_DIR: folder,
    LOG_DIR: folder,
  });
  const logger = createLogger(config.logging, { environment: 'test', terminal: false });
  const dataSource = await openSqlite(':memory:');
  try {
    await dataSource.runMigrations();
    const module = AppModule.register({ config, dataSource, logger, version: '1' });
    const options = { logger: false, abortOnError: false, bodyParser: false } as const;
    const app = await NestFactory.create<NestExpressApplication>(module, new FastExpressAdapter(), options);
    try {
      await configureApp(app, config, logger).init();
      writeFileSync(out, `${JSON.stringify(createOpenApi(app), null, 2)}\n`);
    } finally {
      await app.close();
    }
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}
