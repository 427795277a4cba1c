import { ArgumentsHost, Catch, ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { AddressLimiter } from '@liftdesk/throttling';
import type { Request, Response } from 'express';
import { ZodValidationException } from 'nestjs-zod';
import type { ZodError } from 'zod';
import { isApiPath } from '../http/security-headers';
import { DomainError, FieldError, ValidationError } from './domain-error';

/** RFC 9457. `type` ends in the code. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  requestId: string;
  errors?: FieldError[];
}

const TYPE_BASE = 'https://liftdesk.dev/problems/';

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported type',
  416: 'Range not satisfiable',
  422: 'Cannot be processed',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available now',
};

const CODES: Record<number, string> = {
  400: 'bad-request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  415: 'unsupported-type',
  503: 'unavailable',
};

/** Without an id where something failed before it got one. */
type FailedRequest = Request & { id?: string };

/** When to come again after what is away for the moment, unless the error says so. */
const COME_AGAIN_S = 5;

interface Described {
  code: string;
  status: number;
  detail: string;
  level: 'info' | 'warn' | 'error';
  errors?: FieldError[];
  extensions?: Record<string, unknown>;
  retryAfterSeconds?: number;
}

/** Answers every error as `application/problem+json`. What it does not know is a 500 without particulars. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  constructor(private readonly strangers: AddressLimiter) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FailedRequest>();
    const response = http.getResponse<Response>();
    if (request.route === undefined) void this.answerUnrouted(error, request, response);
    else this.answer(error, request, response);
  }

  /** What reached no handler was counted by no guard: a flood of such requests would be free. */
  async answerUnrouted(error: unknown, request: FailedRequest, response: Response): Promise<void> {
    let answered = error;
    try {
      if (!isMissingFile(request)) await this.strangers.count(request, response);
    } catch (limited) {
      answered = limited;
    }
    this.answer(answered, request, response);
  }

  private answer(error: unknown, request: FailedRequest, response: Response): void {
    const { code, status, detail, level, errors, extensions, retryAfterSeconds } = describe(error);
    if (level !== 'info') this.report(error, request, code, level);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const problem: Problem = {
      type: TYPE_BASE + code,
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      instance: request.originalUrl.split('?')[0] ?? '/',
      requestId: request.id ?? '',
      ...(errors && { errors }),
      ...extensions,
    };
    if (retryAfterSeconds) response.setHeader('Retry-After', String(retryAfterSeconds));
    response.setHeader('Cache-Control', 'no-store');
    response.status(status).type('application/problem+json').send(JSON.stringify(problem));
  }

  private report(error: unknown, request: FailedRequest, code: string, level: 'warn' | 'error'): void {
    this.logger[level]({ message: 'request.failed', code, requestId: request.id, error });
  }
}

/** A page of an older version asks for files that are gone: they are the client's, and counted as little as those. */
function isMissingFile({ method, path }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && !isApiPath(path);
}

function describe(error: unknown): Described {
  if (error instanceof ValidationError) {
    return {
      code: error.code,
      status: error.status,
      detail: error.message,
      level: 'info',
      errors: error.errors,
    };
  }
  if (error instanceof DomainError) {
    const { code, status, message, level, extensions, retryAfterSeconds = COME_AGAIN_S } = error;
    return {
      code,
      status,
      detail: message,
      level,
      extensions,
      ...(status === 503 && { retryAfterSeconds }),
    };
  }
  if (error instanceof ZodValidationException) {
    const errors = fieldErrors(error.getZodError() as ZodError);
    return { code: 'validation', status: 400, detail: 'Some fields are not right', level: 'info', errors };
  }
  if (error instanceof HttpException) return ofStatus(error.getStatus(), error.message);
  return ofForeignError(error);
}

/** Errors of our libs carry `code` and `status`; express's body parser carries `status` and `expose`. */
function ofForeignError(error: unknown): Described {
  const { code, status, message, expose, retryAfterSeconds } = (error ?? {}) as Record<string, unknown>;
  if (typeof status === 'number' && status >= 400 && status < 600) {
    if (expose === true)
      return ofStatus(status, status === 400 ? 'The body is not valid JSON' : String(message));
    if (typeof code === 'string') {
      const level = status >= 500 ? 'warn' : 'info';
      return {
        code,
        status,
        detail: String(message),
        level,
        ...(typeof retryAfterSeconds === 'number'
          ? { retryAfterSeconds }
          : status === 503 && { retryAfterSeconds: COME_AGAIN_S }),
      };
    }
  }
  const detail = 'Liftdesk could not do this. It was logged under the request id.';
  return { code: 'internal', status: 500, detail, level: 'error' };
}

function ofStatus(status: number, message: string): Described {
  const detail = status >= 500 ? 'Liftdesk could not do this. It was logged under the request id.' : message;
  return { code: CODES[status] ?? 'error', status, detail, level: status >= 500 ? 'error' : 'info' };
}

/** More would only make an answer larger than its question. */
const MAX_ERRORS = 20;

export function fieldErrors(error: ZodError): FieldError[] {
  return error.issues.slice(0, MAX_ERRORS).flatMap((issue) => {
    const path = issue.path.map(String);
    const pointers =
      issue.code === 'unrecognized_keys'
        ? issue.keys.slice(0, MAX_ERRORS).map((key) => [...path, key.slice(0, 100)])
        : [path];
    return pointers.map((parts) => ({
      pointer: parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
      detail: issue.code === 'unrecognized_keys' ? 'This field is not known' : issue.message,
    }));
  });
}
