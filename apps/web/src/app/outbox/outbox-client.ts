import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { OutboxMail, OutboxPage } from '../shared/http/api-shapes';

/** The mail of a desk that sends none: each call rejects with what `toProblem` understands. */
@Injectable({ providedIn: 'root' })
export class OutboxClient {
  private readonly http = inject(HttpClient);

  /** Newest first. */
  list(cursor: string | null): Promise<OutboxPage> {
    const params: Record<string, string> = cursor ? { cursor } : {};
    return firstValueFrom(this.http.get<OutboxPage>('/api/mail/outbox', { params }));
  }

  mail(id: string): Promise<OutboxMail> {
    return firstValueFrom(this.http.get<OutboxMail>(`/api/mail/outbox/${encodeURIComponent(id)}`));
  }
}
