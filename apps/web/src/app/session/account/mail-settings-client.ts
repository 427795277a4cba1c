import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Language, NotificationSettings, User } from '@liftdesk/api-client';

/** What somebody chooses about mail; each call rejects with what `toProblem` understands. */
@Injectable({ providedIn: 'root' })
export class MailSettingsClient {
  private readonly http = inject(HttpClient);

  /** What is not given stays. */
  notify(change: NotificationSettings): Promise<NotificationSettings> {
    return firstValueFrom(this.http.put<NotificationSettings>('/api/users/me/notifications', change));
  }

  setLanguage(language: Language): Promise<User> {
    return firstValueFrom(this.http.patch<User>('/api/users/me', { language }));
  }
}
