import { ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';

/** How the documentation of a route tells that it honours `If-Match`. */
export const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The ETag that the change is based on',
};

export const etagOf = (version: number): string => `"${version}"`;

/** The versions that `If-Match` accepts; null when the header is absent or `*`. */
export type IfMatch = readonly string[] | null;

/** The request's `If-Match`, weak tags counted as strong: the version is the whole state. */
export const IfMatchHeader = createParamDecorator((_: unknown, context: ExecutionContext): IfMatch => {
  const header = context.switchToHttp().getRequest<Request>().headers['if-match'];
  if (header === undefined || header.trim() === '*') return null;
  return header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
});

export const matches = (ifMatch: IfMatch, version: number): boolean =>
  ifMatch === null || ifMatch.includes(etagOf(version));
