import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { AuthConfig } from './auth.config';

const NAME = 'liftdesk_refresh';

/** The refresh token's cookie: unreadable for scripts, sent to /api/auth only, never from another site. */
@Injectable()
export class RefreshCookie {
  constructor(private readonly config: AuthConfig) {}

  read(request: Request): string | undefined {
    const value: unknown = request.cookies?.[NAME];
    return typeof value === 'string' && value.length > 0 ? value : undefined;
  }

  write(response: Response, token: string): void {
    response.cookie(NAME, token, { ...this.attributes(), maxAge: this.config.refreshTtlMs });
  }

  clear(response: Response): void {
    response.clearCookie(NAME, this.attributes());
  }

  private attributes(): CookieOptions {
    return { httpOnly: true, sameSite: 'strict', secure: this.config.secureCookies, path: '/api/auth' };
  }
}
