import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Clock } from '../common/clock';
import { ForbiddenError, UnauthenticatedError } from '../common/domain-error';
import type { Role } from '../users/user.entity';
import { BY_REFRESH_COOKIE, PUBLIC_ROUTE, ROUTE_ROLES } from './access.decorators';
import { AccessTokens } from './access-tokens';
import { RefreshCookie } from './refresh-cookie';
import { SessionsService } from './sessions.service';

/** The scheme is written in any case (RFC 9110). */
const BEARER = /^bearer +/i;

/** The access token that comes with a request, good or not. */
export function bearerOf({ headers: { authorization } }: Pick<Request, 'headers'>): string | undefined {
  return authorization !== undefined && BEARER.test(authorization)
    ? authorization.replace(BEARER, '')
    : undefined;
}

/** Finds out who calls. Refuses nobody: the rate limits come first, then AccessGuard. */
@Injectable()
export class IdentifyGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
    private readonly cookie: RefreshCookie,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const token = bearerOf(request);
    if (token !== undefined) {
      const now = this.clock.now();
      const sessionId = await this.tokens.sessionOf(token, now);
      if (sessionId) request.actor = (await this.sessions.actorOf(sessionId, now)) ?? undefined;
    }
    if (request.actor === undefined && this.goesByCookie(context)) {
      const token = this.cookie.read(request);
      if (token) request.actor = (await this.sessions.actorOfToken(token)) ?? undefined;
    }
    return true;
  }

  private goesByCookie(context: ExecutionContext): boolean {
    return this.reflector.get<unknown>(BY_REFRESH_COOKIE, context.getHandler()) === true;
  }
}

interface Access {
  open: boolean;
  roles: readonly Role[] | undefined;
}

/** Lets through who is signed in, unless the route is @Public(), and whose role the route allows. */
@Injectable()
export class AccessGuard implements CanActivate {
  /** What the decorators of a handler say: read once, they do not change. */
  private readonly known = new WeakMap<object, Access>();

  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { open, roles } = this.accessTo(context);
    if (open) return true;
    const { actor } = requestOf(context);
    if (!actor) throw new UnauthenticatedError('Sign in first');
    if (roles && !roles.includes(actor.role)) throw new ForbiddenError('Your role does not allow this');
    return true;
  }

  private accessTo(context: ExecutionContext): Access {
    const handler = context.getHandler();
    const known = this.known.get(handler);
    if (known) return known;
    const targets = [handler, context.getClass()];
    const access = {
      open: this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) ?? false,
      roles: this.reflector.getAllAndOverride<Role[] | undefined>(ROUTE_ROLES, targets),
    };
    this.known.set(handler, access);
    return access;
  }
}

/** `switchToHttp()` makes three functions at every call. */
const requestOf = (context: ExecutionContext): Request => context.getArgByIndex<Request>(0);
