import { Dialog } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { Attachment } from '@liftdesk/api-client';
import { Icon } from '../icon/icon';
import { loadPart } from '../toast/load-part';
import { Toaster } from '../toast/toaster';
import { fileSize } from '../upload/file-size';
import { FileTile } from '../upload/file-tile';
import { AttachmentClient } from './attachment-client';
import { AttachmentThumbnail } from './attachment-thumbnail';
import { Downloads } from './downloads';

/** The files of a message: pictures as thumbnails, the rest as tiles; a click previews or downloads. */
@Component({
  selector: 'desk-attachment-list',
  imports: [AttachmentThumbnail, FileTile, Icon],
  templateUrl: './attachment-list.html',
  styleUrl: './attachment-list.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AttachmentList {
  private readonly client = inject(AttachmentClient);
  private readonly dialog = inject(Dialog);
  private readonly downloads = inject(Downloads);
  private readonly toaster = inject(Toaster);

  readonly attachments = input.required<readonly Attachment[]>();

  protected readonly shown = computed(() =>
    this.attachments().map((attachment) => ({
      attachment,
      size: fileSize(attachment.size),
      isPicture: attachment.mimeType.startsWith('image/'),
      canPreview: this.client.canPreview(attachment.mimeType),
    })),
  );

  protected async preview(attachment: Attachment): Promise<void> {
    const part = await loadPart(() => import('./attachment-preview'), this.toaster);
    part?.openAttachmentPreview(this.dialog, attachment);
  }

  protected download(attachment: Attachment): void {
    void this.downloads.begin(attachment);
  }
}
