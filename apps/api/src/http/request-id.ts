import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

declare module 'express-serve-static-core' {
  interface Request {
    /** Taken from `X-Request-Id` if sane, else made: in the answer, in every log line, in every problem. */
    id: string;
  }
}

const SANE = /^[A-Za-z0-9._-]{1,64}$/;

/** 48 random bits for the process, then a count: unique, short, and a hundredth of the cost of a UUID. */
const prefix = randomBytes(6).toString('hex');
let count = 0;

/** Gives each request an `id` and answers it as `X-Request-Id`. First in the chain. */
export function requestId(req: Request, res: Response, next: NextFunction): void {
  const given = req.headers['x-request-id'];
  req.id = typeof given === 'string' && SANE.test(given) ? given : `${prefix}-${(count += 1).toString(36)}`;
  res.setHeader('X-Request-Id', req.id);
  next();
}
