import { Injectable, inject } from '@angular/core';
import type { Attachment } from '@liftdesk/api-client';
import { toProblem } from '../../http/problem';
import { Toaster } from '../toast/toaster';
import { AttachmentClient } from './attachment-client';

/** Hands files to the browser, and says which one it could not. */
@Injectable({ providedIn: 'root' })
export class Downloads {
  private readonly client = inject(AttachmentClient);
  private readonly toaster = inject(Toaster);

  async begin(attachment: Attachment): Promise<void> {
    try {
      await this.client.download(attachment.id);
    } catch (error) {
      const retry = { label: 'Try again', run: () => this.begin(attachment) };
      this.toaster.fail(`${attachment.filename} not downloaded. ${toProblem(error).title}`, retry);
    }
  }
}
