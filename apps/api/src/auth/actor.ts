import { ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import { UnauthenticatedError } from '../common/domain-error';
import type { Role } from '../users/user.entity';

/** Who makes the request. */
export interface Actor {
  userRid: number;
  userId: string;
  role: Role;
  sessionId: string;
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by IdentifyGuard; absent for anonymous callers. */
    actor?: Actor;
  }
}

export const isStaff = (actor: Pick<Actor, 'role'>): boolean => actor.role !== 'customer';

/** The signed-in caller. Routes that use it are not @Public(). */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<Request>();
  if (!actor) throw new UnauthenticatedError('Sign in first');
  return actor;
});
