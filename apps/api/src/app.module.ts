import { DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { HealthModule } from '@liftdesk/health';
import { logFolder, LoggingModule, type Logger } from '@liftdesk/logging';
import { PubSubModule } from '@liftdesk/pubsub';
import { EnvSecretStore, type SecretStore, SecretsModule } from '@liftdesk/secrets';
import { MailModule } from '@liftdesk/mail';
import { StorageModule } from '@liftdesk/storage';
import { DeskThrottlerGuard, ThrottlingModule } from '@liftdesk/throttling';
import { dirname, join } from 'node:path';
import { ZodValidationPipe } from 'nestjs-zod';
import { DataSource } from 'typeorm';
import { AttachmentConfig } from './attachments/attachment.config';
import { AttachmentsModule } from './attachments/attachments.module';
import { AuthConfig } from './auth/auth.config';
import { AuthModule } from './auth/auth.module';
import { AccessGuard, IdentifyGuard } from './auth/guards';
import { SigningKeys } from './auth/signing-keys';
import { backupHealth } from './backup/backup-health';
import { AppInfo } from './common/app-info';
import { CommonModule } from './common/common.module';
import { ProblemFilter } from './common/problem.filter';
import { StrictInputGuard } from './common/strict-input.guard';
import type { Config } from './config/config';
import { redisConnection } from './config/redis.schema';
import { DatabaseModule } from './database/database.module';
import { EventsModule } from './events/events.module';
import { HealthChecks } from './health-checks';
import { MaintenanceGuard } from './maintenance-mode/maintenance.guard';
import { MaintenanceModeModule } from './maintenance-mode/maintenance-mode.module';
import { MaintenanceService } from './maintenance.service';
import { DatabaseMetrics } from './metrics/database-metrics';
import { EventMetrics } from './metrics/event-metrics';
import { QueueMetrics } from './metrics/queue-metrics';
import { SecretsWatch } from './secrets-watch';
import { NotificationConfig, NotificationKeys } from './notifications/notification.config';
import { NotificationsModule } from './notifications/notifications.module';
import { SharedStateChecks } from './shared-state-checks';
import { TicketsModule } from './tickets/tickets.module';
import { ErasureModule } from './users/erasure/erasure.module';
import { UsersModule } from './users/users.module';

export interface Resources {
  config: Config;
  version: string;
  /** Open and migrated. */
  dataSource: DataSource;
  logger: Logger;
  /** As loadConfig() opened it; without it the config alone has the secrets. */
  secrets?: SecretStore;
}

const DAY_MS = 86_400_000;

/** The only place where everything is wired. */
@Module({})
export class AppModule {
  static register(resources: Resources): DynamicModule {
    const { config, version, dataSource, logger, secrets = new EnvSecretStore({}) } = resources;
    const keys = new SigningKeys(secrets, config.auth);
    return {
      module: AppModule,
      imports: [
        // express tries the routes in this order: what everybody asks for all day comes first.
        TicketsModule,
        CommonModule.register(new AppInfo(version)),
        LoggingModule.register(logger),
        DatabaseModule.register(dataSource),
        SecretsModule.register(secrets),
        StorageModule.register({ ...config.storage, ...linkSecrets(config, keys) }),
        ThrottlingModule.register(config.throttling, redisConnection(config.redis)),
        PubSubModule.register(config.pubSub, redisConnection(config.redis)),
        HealthModule.register(config.health, { version, dataFolders: dataFolders(config) }),
        ScheduleModule.forRoot(),
        AuthModule.register(authConfig(config), keys),
        UsersModule,
        MailModule.register(config.mail),
        NotificationsModule.register(notificationConfig(config), notificationKeys(keys)),
        EventsModule.register(config.events),
        AttachmentsModule.register(attachmentConfig(config)),
        MaintenanceModeModule,
        ErasureModule,
      ],
      providers: [
        HealthChecks,
        DatabaseMetrics,
        QueueMetrics,
        EventMetrics,
        MaintenanceService,
        SecretsWatch,
        SharedStateChecks,
        backupHealth(config.backup),
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: ZodValidationPipe },
        // In this order: who calls, how often, whether it may, whether writes are taken, and whether it says something we do not know.
        { provide: APP_GUARD, useClass: IdentifyGuard },
        { provide: APP_GUARD, useClass: DeskThrottlerGuard },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: MaintenanceGuard },
        { provide: APP_GUARD, useClass: StrictInputGuard },
      ],
    };
  }
}

function dataFolders({ database, storage, logging }: Config): string[] {
  const ofDatabase = database.type === 'sqlite' ? [dirname(database.path)] : [];
  const ofLogs = logFolder(logging) ?? [];
  return [...ofDatabase, storage.uploadDir].concat(ofLogs);
}

function authConfig({ app, http, auth }: Config): AuthConfig {
  return new AuthConfig(
    auth.JWT_EXPIRES_IN,
    auth.REFRESH_EXPIRES_IN,
    auth.PASSWORD_RESET_EXPIRES_IN,
    app.NODE_ENV === 'production' || app.NODE_ENV === 'staging',
    publicUrl(http),
    app.NODE_ENV === 'development',
    auth.REGISTRATION === 'open',
  );
}

function notificationConfig({ app, client, http, mail, notifications }: Config): NotificationConfig {
  return new NotificationConfig({
    appName: client.APP_NAME,
    publicUrl: publicUrl(http),
    fromEmail: mail.fromEmail,
    replyDomain: mail.replyDomain,
    worker: notifications.MAIL_WORKER === 'on',
    perRecipientAnHour: notifications.MAIL_MAX_PER_HOUR,
    topicArns: mail.type === 'ses' ? mail.topicArns : [],
    openOutbox: app.NODE_ENV === 'development' && mail.type === 'log',
  });
}

/** Somebody may answer a mail that is a year old. */
function notificationKeys(keys: SigningKeys): NotificationKeys {
  return {
    forReplies: () => keys.acceptedFor('answers to mail', 366 * DAY_MS),
    forOutbox: () => keys.acceptedFor('outbox', 7 * DAY_MS),
  };
}

const publicUrl = (http: Config['http']): string => http.FRONTEND_URL[0] ?? `http://localhost:${http.PORT}`;

function attachmentConfig({ storage, upload }: Config): AttachmentConfig {
  const stagingDir = join(storage.uploadDir, '.staging');
  return new AttachmentConfig(
    upload.UPLOAD_MAX_BYTES,
    5,
    stagingDir,
    storage.signedUrlTtlSeconds,
    upload.UPLOAD_STAGED_TTL,
  );
}

/** Asked for at each link: a rotation takes effect at once, and takes no link away. */
function linkSecrets({ storage }: Config, keys: SigningKeys) {
  return {
    signingSecret: () => keys.acceptedFor('file links', storage.signedUrlTtlSeconds * 1000),
    refreshSecrets: () => keys.refresh(),
  };
}
