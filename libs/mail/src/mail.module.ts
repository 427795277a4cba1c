import { type DynamicModule, Module } from '@nestjs/common';
import type { MailConfig } from './mail.config';
import { MailFolder } from './mail-folder';
import { MailTransport } from './mail-transport';
import { LogMailTransport } from './log.mail-transport';

/** Provides MailTransport to the whole application, and MailFolder, which is null where mail is really sent. */
@Module({})
export class MailModule {
  static register(config: MailConfig): DynamicModule {
    return {
      module: MailModule,
      global: true,
      providers: [
        { provide: MailTransport, useFactory: () => createMailTransport(config) },
        {
          provide: MailFolder,
          inject: [MailTransport],
          useFactory: (transport: MailTransport) =>
            transport instanceof LogMailTransport ? transport : null,
        },
      ],
      exports: [MailTransport, MailFolder],
    };
  }
}

/** What serves a capability in the cloud comes in only where it is used. */
export async function createMailTransport(config: MailConfig): Promise<MailTransport> {
  switch (config.type) {
    case 'log':
      return new LogMailTransport(config);
    case 'smtp': {
      const { SmtpMailTransport } = await import('./smtp.mail-transport');
      return new SmtpMailTransport(config);
    }
    case 'ses': {
      const { SesMailTransport } = await import('./ses.mail-transport');
      return new SesMailTransport(config);
    }
  }
}
