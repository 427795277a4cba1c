import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  inject,
  input,
  signal,
} from '@angular/core';
import type { Attachment } from '@liftdesk/api-client';
import { Icon } from '../icon/icon';
import { AttachmentClient } from './attachment-client';

/** A picture, small. It is fetched when it comes into view; one that cannot be fetched stays a glyph. */
@Component({
  selector: 'desk-attachment-thumbnail',
  imports: [Icon],
  template: `
    @if (url(); as source) {
      <img [src]="source" alt="" />
    } @else {
      <desk-icon name="image" size="large" />
    }
  `,
  styleUrl: './attachment-thumbnail.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AttachmentThumbnail {
  private readonly client = inject(AttachmentClient);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private gone = false;

  readonly attachment = input.required<Attachment>();
  protected readonly url = signal<string | null>(null);

  constructor() {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      void this.load();
    });
    observer.observe(this.host.nativeElement);
    inject(DestroyRef).onDestroy(() => {
      this.gone = true;
      observer.disconnect();
      const url = this.url();
      if (url) URL.revokeObjectURL(url);
    });
  }

  private async load(): Promise<void> {
    const { id, mimeType } = this.attachment();
    const bytes = await this.client.load(id).catch(() => null);
    if (bytes && !this.gone) this.url.set(URL.createObjectURL(new Blob([bytes], { type: mimeType })));
  }
}
