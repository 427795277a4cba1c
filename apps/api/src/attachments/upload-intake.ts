import { Injectable, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AttachmentConfig } from './attachment.config';
import { StagedUpload, discard, receiveUploads } from './multipart-intake';

/** Takes a request's files in, hands them on, and removes the staged copies whatever comes of it. */
@Injectable()
export class UploadIntake {
  private readonly logger = new Logger(UploadIntake.name);

  constructor(private readonly config: AttachmentConfig) {}

  async receive<T>(
    request: Request,
    response: Response,
    use: (uploads: StagedUpload[]) => Promise<T>,
  ): Promise<T> {
    const uploads = await receiveUploads(request, response, this.config);
    try {
      return await use(uploads);
    } finally {
      // What is stored is stored, even where its copy stays until the sweeper comes.
      await discard(uploads).catch((error: unknown) =>
        this.logger.warn({ message: 'upload.copy-left', error }),
      );
    }
  }
}
