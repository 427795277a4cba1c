import { Injectable } from '@nestjs/common';
import type { CookieOptions, Request, Response } from 'express';
import { AuthConfig } from './auth.config';

const NAME = 'liftdesk_refresh';

/** The refresh token's cookie: unreadable for scripts, sent to /api/auth only, never from another site. */
@Injectable()
export class RefreshCookie {
  /** With the prefix browsers take it from a page over TLS only: nobody on the clear net can put another in its place. */
  private readonly name: string;

  constructor(private readonly config: AuthConfig) {
    this.name = config.secureCookies ? `__Secure-${NAME}` : NAME;
  }

  read(request: Request): string | undefined {
    const value: unknown = request.cookies?.[this.name];
    return typeof value === 'string' && value.length > 0 ? value : undefined;
  }

  write(response: Response, token: string): void {
    response.cookie(this.name, token, { ...this.attributes(), maxAge: this.config.refreshTtlMs });
  }

  clear(response: Response): void {
    response.clearCookie(this.name, this.attributes());
  }

  private attributes(): CookieOptions {
    return { httpOnly: true, sameSite: 'strict', secure: this.config.secureCookies, path: '/api/auth' };
  }
}
