import { RequestMethod } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { RequestMetrics } from '@liftdesk/health';
import { requestLog, type Logger } from '@liftdesk/logging';
import { FileStorage } from '@liftdesk/storage';
import { AddressLimiter } from '@liftdesk/throttling';
import cookieParser from 'cookie-parser';
import { type ErrorRequestHandler, json, text } from 'express';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { AppInfo } from './common/app-info';
import { ProblemFilter } from './common/problem.filter';
import type { Config } from './config/config';
import { ClientConfig, clientConfigFile } from './http/client-config';
import { clientFiles } from './http/client-files';
import { requestId } from './http/request-id';
import { clientPolicy, securityHeaders } from './http/security-headers';
import { createOpenApi } from './openapi';

/** Nobody is known yet: what signs somebody in is short. */
const AUTH_JSON_LIMIT = '16kb';
/** A message of SNS has at most 256 KB. */
const SNS_LIMIT = '300kb';
/** Largest JSON body: a message of the longest kind with every character escaped. */
const JSON_LIMIT = '1mb';

/** What stands around the routes; main and the API's tests share it. Call before `init()`. */
export function configureApp(
  app: NestExpressApplication,
  config: Config,
  logger: Logger,
): NestExpressApplication {
  const origins = config.http.FRONTEND_URL;
  const https = origins[0]?.startsWith('https://') ?? false;
  app.set('trust proxy', config.http.TRUST_PROXY);
  app.set('query parser', 'simple');
  app.use(requestId);
  app.use(requestLog(logger, app.get(RequestMetrics, { strict: false }).count));
  const { linkOrigins } = app.get(FileStorage, { strict: false });
  const headers = { https, otherOrigins: [...linkOrigins, ...apiOrigin(config.client.CLIENT_API_BASE)] };
  app.use(securityHeaders(headers));
  if (origins.length > 0) {
    app.enableCors({
      origin: origins,
      credentials: true,
      exposedHeaders: [
        'Date',
        'ETag',
        'X-Request-Id',
        'Retry-After',
        'RateLimit-Limit',
        'RateLimit-Remaining',
        'RateLimit-Reset',
      ],
      maxAge: 600,
    });
  }
  app.use('/api/auth', cookieParser());
  app.use('/api/auth', json({ limit: AUTH_JSON_LIMIT }));
  // SNS says text/plain of what is JSON, and the signature is over the text.
  app.use('/api/mail/ses-events', text({ type: () => true, limit: SNS_LIMIT }));
  app.useBodyParser('json', { limit: JSON_LIMIT });
  // Body parsers fail before Nest's filter can see it.
  const problems = new ProblemFilter(app.get(AddressLimiter, { strict: false }));
  const onMiddlewareError: ErrorRequestHandler = (error, request, response, _next) =>
    void problems.answerUnrouted(error, request, response);
  app.use(onMiddlewareError);
  app.setGlobalPrefix('api', {
    exclude: [
      { path: 'health', method: RequestMethod.ALL },
      { path: 'health/*path', method: RequestMethod.ALL },
      { path: 'metrics', method: RequestMethod.ALL },
    ],
  });
  SwaggerModule.setup('api/docs', app, () => createOpenApi(app), {
    jsonDocumentUrl: 'api/docs-json',
    yamlDocumentUrl: 'api/docs-yaml',
  });
  app.use(clientConfigFile(clientConfig(config, app.get(AppInfo, { strict: false }).version)));
  const folder = resolve(config.http.WEB_DIR);
  if (existsSync(folder)) app.use(clientFiles({ folder, policy: clientPolicy(headers) }));
  return app;
}

/** Empty where the client finds the API at its own origin. */
const apiOrigin = (base: string): string[] => (base.startsWith('/') ? [] : [new URL(base).origin]);

/** Also for whoever serves the client from elsewhere. */
export function clientConfig({ app, auth, client, mail }: Config, version: string): ClientConfig {
  const development = app.NODE_ENV === 'development';
  return {
    apiBase: client.CLIENT_API_BASE,
    name: client.APP_NAME,
    version,
    environment: app.NODE_ENV,
    features: {
      demoAccounts: development,
      mailOutbox: development && mail.type === 'log',
      registration: auth.REGISTRATION === 'open',
    },
  };
}
