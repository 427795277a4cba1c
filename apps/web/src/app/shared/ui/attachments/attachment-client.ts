import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { AttachmentLink } from '@liftdesk/api-client';
import { ApiAddress } from '../../http/api-address';

const PREVIEWED = /^(image\/(jpeg|png|gif|webp)|application\/pdf)$/;

/** Gets stored files through their signed links, which carry no token of ours. */
@Injectable({ providedIn: 'root' })
export class AttachmentClient {
  private readonly http = inject(HttpClient);
  private readonly api = inject(ApiAddress);

  /** Whether the browser may show it in the page; anything else is only ever downloaded. */
  canPreview(mimeType: string): boolean {
    return PREVIEWED.test(mimeType);
  }

  /** Hands the file to the browser's downloads under its own name. */
  async download(id: string): Promise<void> {
    const anchor = document.createElement('a');
    anchor.href = await this.link(id, 'attachment');
    anchor.rel = 'noopener';
    anchor.download = '';
    anchor.click();
  }

  /** The bytes of a picture or PDF, for a blob: URL. */
  async load(id: string): Promise<Blob> {
    const url = await this.link(id, 'inline');
    return firstValueFrom(this.http.get(url, { responseType: 'blob' }));
  }

  private async link(id: string, disposition: 'attachment' | 'inline'): Promise<string> {
    const answer = this.http.get<AttachmentLink>(`/api/attachments/${id}/link`, { params: { disposition } });
    return this.api.ofLink((await firstValueFrom(answer)).url);
  }
}
