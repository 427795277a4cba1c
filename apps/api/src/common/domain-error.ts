export interface FieldError {
  /** JSON pointer into the body, or the name of a query parameter. */
  pointer: string;
  detail: string;
}

/** What went wrong in the product's own words. The problem filter makes `application/problem+json` of it. */
export abstract class DomainError extends Error {
  /** Ends the problem's `type`; clients switch on it. */
  abstract readonly code: string;
  abstract readonly status: number;
  /** A refused request is no incident: only what an operator must act on is above `info`. */
  readonly level: 'info' | 'warn' | 'error' = 'info';
  /** When to come again after a 503; soon, unless said otherwise. */
  readonly retryAfterSeconds?: number;
  /** Members added to the problem body. */
  readonly extensions?: Record<string, unknown>;

  constructor(message: string, options?: ErrorOptions & { extensions?: Record<string, unknown> }) {
    super(message, options);
    this.name = new.target.name;
    this.extensions = options?.extensions;
  }
}

export class ValidationError extends DomainError {
  readonly code = 'validation';
  readonly status = 400;

  constructor(
    readonly errors: FieldError[],
    message = 'Some fields are not right',
  ) {
    super(message);
  }

  static of(pointer: string, detail: string): ValidationError {
    return new ValidationError([{ pointer, detail }], detail);
  }
}

export class UnsupportedTypeError extends DomainError {
  readonly code = 'unsupported-type';
  readonly status = 415;
}

/** Also what a caller hears of things that it may not see. */
export class NotFoundError extends DomainError {
  readonly code = 'not-found';
  readonly status = 404;
}

export class ForbiddenError extends DomainError {
  readonly code = 'forbidden';
  readonly status = 403;
}

export class UnauthenticatedError extends DomainError {
  readonly code = 'unauthenticated';
  readonly status = 401;
}

export class ConflictError extends DomainError {
  readonly code: string = 'conflict';
  readonly status = 409;
}

/** `If-Match` names a version that is not the present one. */
export class StaleVersionError extends DomainError {
  readonly code = 'stale-version';
  readonly status = 412;
}

/** The same Idempotency-Key came with another body. */
export class IdempotencyMismatchError extends DomainError {
  readonly code = 'idempotency-mismatch';
  readonly status = 422;
}
