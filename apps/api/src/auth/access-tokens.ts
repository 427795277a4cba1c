import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';

interface Claims {
  /** User id. */
  sub: string;
  /** Session id. */
  sid: string;
  /** Seconds since 1970. */
  exp: number;
}

const CACHE_SIZE = 10_000;

/** Signs and verifies access tokens. A verified token is remembered until it expires: verifying costs a millisecond. */
@Injectable()
export class AccessTokens {
  private readonly verified = new Map<string, { sessionId: string; expiresAt: number }>();

  constructor(private readonly jwt: JwtService) {}

  sign(userId: string, sessionId: string): Promise<string> {
    return this.jwt.signAsync({ sub: userId, sid: sessionId });
  }

  /** @returns the session that the token names, or null when it is forged, malformed or expired */
  async sessionOf(token: string, now: number): Promise<string | null> {
    const known = this.verified.get(token);
    if (known) return known.expiresAt > now ? known.sessionId : null;
    let claims: Claims;
    try {
      claims = await this.jwt.verifyAsync<Claims>(token);
    } catch {
      return null;
    }
    this.remember(token, { sessionId: claims.sid, expiresAt: claims.exp * 1000 });
    return claims.sid;
  }

  private remember(token: string, entry: { sessionId: string; expiresAt: number }): void {
    if (this.verified.size >= CACHE_SIZE) this.verified.delete(this.verified.keys().next().value as string);
    this.verified.set(token, entry);
  }
}
