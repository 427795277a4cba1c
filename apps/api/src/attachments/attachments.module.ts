import { DynamicModule, Module } from '@nestjs/common';
import { AttachmentConfig } from './attachment.config';
import { AttachmentLinks } from './attachment-links';
import { AttachmentSweeper } from './attachment-sweeper';
import { AttachmentsController } from './attachments.controller';
import { AttachmentsQuery } from './attachments.query';
import { AttachmentsService } from './attachments.service';
import { UploadIntake } from './upload-intake';

@Module({})
export class AttachmentsModule {
  static register(config: AttachmentConfig): DynamicModule {
    return {
      module: AttachmentsModule,
      global: true,
      controllers: [AttachmentsController],
      providers: [
        { provide: AttachmentConfig, useValue: config },
        AttachmentLinks,
        AttachmentSweeper,
        AttachmentsQuery,
        AttachmentsService,
        UploadIntake,
      ],
      exports: [AttachmentLinks, AttachmentSweeper],
    };
  }
}
