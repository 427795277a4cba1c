import { DIALOG_DATA, Dialog, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, DestroyRef, inject, resource } from '@angular/core';
import { DomSanitizer } from '@angular/platform-browser';
import type { Attachment } from '@liftdesk/api-client';
import { toProblem } from '../../http/problem';
import { Icon } from '../icon/icon';
import { State } from '../state/state';
import { Skeleton } from '../state/skeleton';
import { skeletonFor } from '../state/skeleton-time';
import { fileSize } from '../upload/file-size';
import { AttachmentClient } from './attachment-client';
import { Downloads } from './downloads';

/** A picture or PDF, seen without leaving the page. */
@Component({
  selector: 'desk-attachment-preview',
  imports: [Icon, State, Skeleton],
  templateUrl: './attachment-preview.html',
  styleUrl: './attachment-preview.scss',
  host: { class: 'dialog' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AttachmentPreview {
  private readonly client = inject(AttachmentClient);
  private readonly downloads = inject(Downloads);
  private readonly sanitizer = inject(DomSanitizer);
  private blobUrl: string | null = null;

  protected readonly dialog = inject<DialogRef>(DialogRef);
  protected readonly attachment = inject<Attachment>(DIALOG_DATA);
  protected readonly size = fileSize(this.attachment.size);
  protected readonly isPicture = this.attachment.mimeType.startsWith('image/');
  protected readonly content = resource({ loader: () => this.load() });

  protected readonly waiting = skeletonFor(() => !this.content.hasValue() && !this.content.error());

  constructor() {
    inject(DestroyRef).onDestroy(() => this.forget());
  }

  protected problem() {
    return toProblem(this.content.error()?.cause ?? this.content.error());
  }

  protected download(): void {
    void this.downloads.begin(this.attachment);
  }

  /** The type is the record's, checked by the server, so that the blob can be nothing but a picture or a PDF. */
  private async load() {
    const bytes = await this.client.load(this.attachment.id);
    this.forget();
    this.blobUrl = URL.createObjectURL(new Blob([bytes], { type: this.attachment.mimeType }));
    return {
      picture: this.blobUrl,
      frame: this.sanitizer.bypassSecurityTrustResourceUrl(`${this.blobUrl}#navpanes=0`),
    };
  }

  private forget(): void {
    if (this.blobUrl) URL.revokeObjectURL(this.blobUrl);
    this.blobUrl = null;
  }
}

/** Opens a preview; the caller has asked `AttachmentClient.canPreview` first. */
export function openAttachmentPreview(dialog: Dialog, attachment: Attachment): void {
  dialog.open(AttachmentPreview, {
    data: attachment,
    ariaLabel: `Preview of ${attachment.filename}`,
    maxWidth: '96vw',
  });
}
