import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { KeptMail, KeptMailPage } from '@liftdesk/api-client';

/** The mail of a desk that sends none: each call rejects with what `toProblem` understands. */
@Injectable({ providedIn: 'root' })
export class OutboxClient {
  private readonly http = inject(HttpClient);

  /** Newest first. */
  list(cursor: string | null): Promise<KeptMailPage> {
    const params: Record<string, string> = cursor ? { cursor } : {};
    return firstValueFrom(this.http.get<KeptMailPage>('/api/mail/outbox', { params }));
  }

  mail(id: string): Promise<KeptMail> {
    return firstValueFrom(this.http.get<KeptMail>(`/api/mail/outbox/${encodeURIComponent(id)}`));
  }
}
