import { HttpErrorResponse } from '@angular/common/http';

/** What went wrong with a request, in words a person can act on (RFC 9457 as the API answers it). */
export interface Problem {
  /** Last segment of the problem's type, `offline` without any answer, `unknown` for an answer that is no problem. */
  code: string;
  /** HTTP status; 0 when nothing answered. */
  status: number;
  title: string;
  detail: string;
  /** Faults of single fields; `pointer` is a JSON pointer such as `/email`. */
  errors: { pointer: string; detail: string }[];
  requestId: string | null;
  /** Seconds to wait before the next try, where the server says so. */
  retryAfter: number | null;
  /** The problem as it came, for extras such as `current` in a 412. */
  body: Readonly<Record<string, unknown>>;
}

const OFFLINE = {
  title: 'No connection to the server',
  detail: 'What you typed is kept. Check your connection and try again.',
};

/** In place of the API's words, which are for whoever writes a program. */
const MAINTENANCE = {
  title: 'Maintenance is under way',
  detail: 'Writing waits until the maintenance is over. What you typed is kept: send it again then.',
};

const TITLES: Readonly<Record<number, string>> = {
  401: 'You are signed out',
  403: 'You may see this, but not change it',
  404: 'This is not here',
  413: 'Too large',
  429: 'Too many requests for the moment',
  502: 'The server is starting or being updated',
  503: 'The server is starting or being updated',
  504: 'The server took too long to answer',
};

/** Any error of a request as a Problem; never throws. */
export function toProblem(error: unknown): Problem {
  if (!(error instanceof HttpErrorResponse)) {
    return unknownProblem(0, error instanceof Error ? error.message : '', {}, null);
  }
  const retryAfter = Number(error.headers.get('Retry-After')) || null;
  if (error.status === 0) {
    return { ...unknownProblem(0, '', {}, retryAfter), code: 'offline', ...OFFLINE };
  }
  const body = asRecord(error.error);
  const fallback = unknownProblem(error.status, '', body, retryAfter);
  const code = codeOf(body['type']) ?? fallback.code;
  const words = code === 'maintenance' ? MAINTENANCE : body;
  return {
    ...fallback,
    code,
    title: asText(words['title']) ?? fallback.title,
    detail: asText(words['detail']) ?? fallback.detail,
    errors: faultsOf(body['errors']),
    requestId: asText(body['requestId']) ?? error.headers.get('X-Request-Id'),
  };
}

/** What the API says about one field, for example `faultOf(problem, 'email')`; null when it is fine. */
export function faultOf(problem: Problem | null | undefined, field: string): string | null {
  return problem?.errors.find((fault) => fault.pointer === `/${field}`)?.detail ?? null;
}

function unknownProblem(
  status: number,
  detail: string,
  body: Record<string, unknown>,
  retryAfter: number | null,
): Problem {
  return {
    code: 'unknown',
    status,
    title: TITLES[status] ?? 'The server could not do this',
    detail: detail || 'What you typed is kept. Try again in a moment.',
    errors: [],
    requestId: null,
    retryAfter,
    body,
  };
}

function codeOf(type: unknown): string | null {
  const code = asText(type)?.split('/').at(-1);
  return code && code !== 'about:blank' ? code : null;
}

function faultsOf(value: unknown): Problem['errors'] {
  if (!Array.isArray(value)) return [];
  return value
    .map(asRecord)
    .map((fault) => ({ pointer: asText(fault['pointer']) ?? '', detail: asText(fault['detail']) ?? '' }));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
