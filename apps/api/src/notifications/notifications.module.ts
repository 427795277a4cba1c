import { DynamicModule, Module } from '@nestjs/common';
import { SnsMessages } from '@liftdesk/mail';
import { Deliveries } from './deliveries';
import { MailBlocks } from './mail-blocks';
import { MailBuilder } from './mail-builder';
import { MailHealth } from './mail-health';
import { MailNews } from './mail-news';
import { MailSecrets } from './mail-secrets';
import { MailController } from './mail.controller';
import { NotificationSettings } from './notification-settings';
import { NotificationSettingsController } from './notification-settings.controller';
import { NotificationConfig, NotificationKeys } from './notification.config';
import { NotificationsService } from './notifications.service';
import { OutboxBell } from './outbox-bell';
import { OutboxQuery } from './outbox.query';
import { OutboxStore } from './outbox.store';
import { OutboxWorker } from './outbox-worker';
import { SesEventsService } from './ses-events.service';

/** Who hears of what by mail, and what becomes of it. Needs MailModule. */
@Module({})
export class NotificationsModule {
  static register(config: NotificationConfig, keys: NotificationKeys): DynamicModule {
    return {
      module: NotificationsModule,
      global: true,
      controllers: [MailController, NotificationSettingsController],
      providers: [
        { provide: NotificationConfig, useValue: config },
        { provide: NotificationKeys, useValue: keys },
        {
          provide: SnsMessages,
          useFactory: () => new SnsMessages({ topicArns: config.settings.topicArns }),
        },
        Deliveries,
        MailBlocks,
        MailBuilder,
        MailHealth,
        MailNews,
        MailSecrets,
        NotificationSettings,
        NotificationsService,
        OutboxBell,
        OutboxQuery,
        OutboxStore,
        OutboxWorker,
        SesEventsService,
      ],
      exports: [NotificationsService, Deliveries, OutboxStore],
    };
  }
}
