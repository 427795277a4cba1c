import { CanActivate, ExecutionContext, Injectable, RequestMethod, Type } from '@nestjs/common';
import { METHOD_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { Request } from 'express';
import { UnsupportedTypeError, ValidationError } from './domain-error';

interface Accepted {
  body: boolean;
  query: boolean;
}

/**
 * Refuses query parameters and bodies that a route does not take. What it does take is checked by its schema, which
 * refuses unknown names too: nothing that a client sends is ignored.
 */
@Injectable()
export class StrictInputGuard implements CanActivate {
  private readonly known = new WeakMap<object, Accepted>();

  canActivate(context: ExecutionContext): boolean {
    const request = context.getArgByIndex<Request>(0);
    const accepted = this.acceptedBy(context.getClass(), context.getHandler());
    const names = accepted.query ? [] : Object.keys(request.query);
    if (names.length > 0) {
      throw new ValidationError(
        names.map((name) => ({ pointer: `/${name}`, detail: 'This parameter is not known' })),
      );
    }
    if (accepted.body && request.body === undefined && sendsBody(request)) {
      throw new UnsupportedTypeError('A body is sent as application/json');
    }
    if (!accepted.body && isFilled(request.body)) {
      throw ValidationError.of('', 'This call takes no body');
    }
    return true;
  }

  private acceptedBy(controller: Type, handler: object & { name?: string }): Accepted {
    const cached = this.known.get(handler);
    if (cached) return cached;
    const args = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler.name ?? '') as
      Record<string, unknown> | undefined;
    const kinds = Object.keys(args ?? {}).map((key) => Number(key.split(':')[0]));
    const takesAll = Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.ALL;
    const accepted = {
      body: takesAll || kinds.includes(RouteParamtypes.BODY),
      query: takesAll || kinds.includes(RouteParamtypes.QUERY),
    };
    this.known.set(handler, accepted);
    return accepted;
  }
}

function sendsBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isFilled(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).length > 0;
}
