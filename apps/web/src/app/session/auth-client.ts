import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { AuthOptions, SignedIn } from '@liftdesk/api-client';

/** The identity calls of the API; each rejects with what `toProblem` understands. */
@Injectable({ providedIn: 'root' })
export class AuthClient {
  private readonly http = inject(HttpClient);

  options(): Promise<AuthOptions> {
    return firstValueFrom(this.http.get<AuthOptions>('/api/auth/options'));
  }

  signIn(email: string, password: string): Promise<SignedIn> {
    return this.post('login', { email, password });
  }

  register(account: { email: string; password: string; name: string }): Promise<SignedIn> {
    return this.post('register', account);
  }

  setUp(account: { token: string; email: string; password: string; name: string }): Promise<SignedIn> {
    return this.post('setup', account);
  }

  refresh(): Promise<SignedIn> {
    return this.post('refresh', {});
  }

  signOut(): Promise<void> {
    return this.post('logout', {});
  }

  forgotPassword(email: string): Promise<void> {
    return this.post('password/forgot', { email });
  }

  resetPassword(token: string, password: string): Promise<void> {
    return this.post('password/reset', { token, password });
  }

  changePassword(currentPassword: string, newPassword: string): Promise<SignedIn> {
    return this.post('password/change', { currentPassword, newPassword });
  }

  endSession(id: string): Promise<void> {
    return firstValueFrom(this.http.delete<void>(`/api/auth/sessions/${id}`));
  }

  private post<T>(path: string, body: object): Promise<T> {
    return firstValueFrom(this.http.post<T>(`/api/auth/${path}`, body));
  }
}
