import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AuthConfig } from './auth.config';
import { keyIdOf, SigningKeys } from './signing-keys';

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

  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeys,
    private readonly config: AuthConfig,
  ) {}

  sign(userId: string, sessionId: string): Promise<string> {
    const [secret] = this.accepted();
    return this.jwt.signAsync({ sub: userId, sid: sessionId }, { secret, keyid: keyIdOf(secret) });
  }

  /** @returns the session that the token names, or null when it is forged, malformed or expired */
  async sessionOf(token: string, now: number): Promise<string | null> {
    const known = this.verified.get(token);
    if (known) return known.expiresAt > now ? known.sessionId : null;
    const secret = await this.secretOf(token);
    if (secret === undefined) return null;
    let claims: Claims;
    try {
      claims = await this.jwt.verifyAsync<Claims>(token, { secret });
    } catch {
      return null;
    }
    // Who has stolen a former secret may write any end: a token is remembered for one life, whatever it says.
    const expiresAt = Math.min(claims.exp * 1000, now + this.config.accessTtlMs);
    this.remember(token, { sessionId: claims.sid, expiresAt });
    return claims.sid;
  }

  /** When a token that sessionOf() has accepted dies: milliseconds since 1970. */
  expiryOf(token: string): number {
    return this.verified.get(token)?.expiresAt ?? this.jwt.decode<Claims>(token).exp * 1000;
  }

  /** The header says which; one that is not known yet may be newer than what this process has read. */
  private async secretOf(token: string): Promise<string | undefined> {
    const decoded: unknown = this.jwt.decode(token, { complete: true });
    const keyId = (decoded as { header?: { kid?: unknown } } | null)?.header?.kid;
    // Of a version before this one, or no token at all.
    if (typeof keyId !== 'string') return this.accepted()[0];
    const find = (): string | undefined => this.accepted().find((secret) => keyIdOf(secret) === keyId);
    const secret = find();
    if (secret !== undefined) return secret;
    await this.keys.refresh();
    return find();
  }

  private accepted(): readonly [string, ...string[]] {
    return this.keys.accepted(this.config.accessTtlMs);
  }

  private remember(token: string, entry: { sessionId: string; expiresAt: number }): void {
    if (this.verified.size >= CACHE_SIZE) this.verified.delete(this.verified.keys().next().value as string);
    this.verified.set(token, entry);
  }
}
