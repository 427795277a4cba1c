import { DynamicModule, Module } from '@nestjs/common';
import { TicketsModule } from '../tickets/tickets.module';
import { AttachmentConfig } from './attachment.config';
import { AttachmentLinks } from './attachment-links';
import { AttachmentSweeper } from './attachment-sweeper';
import { AttachmentsController } from './attachments.controller';
import { AttachmentsQuery } from './attachments.query';
import { AttachmentsService } from './attachments.service';
import { UnsettledObjects } from './unsettled-objects';
import { UploadIntake } from './upload-intake';

@Module({})
export class AttachmentsModule {
  static register(config: AttachmentConfig): DynamicModule {
    return {
      module: AttachmentsModule,
      global: true,
      imports: [TicketsModule],
      controllers: [AttachmentsController],
      providers: [
        { provide: AttachmentConfig, useValue: config },
        AttachmentLinks,
        AttachmentSweeper,
        AttachmentsQuery,
        AttachmentsService,
        UnsettledObjects,
        UploadIntake,
      ],
      exports: [AttachmentLinks, AttachmentSweeper, UnsettledObjects],
    };
  }
}
