import { types } from 'node:util';

/** What the libraries say of their errors beside the message; the same thing has another name in each. */
export interface ErrorFacts {
  /** Names and codes of the error and of all that caused it, outermost first. */
  readonly codes: readonly string[];
  /** The HTTP status of an AWS service; undefined elsewhere. */
  readonly status: number | undefined;
  /** All messages, for what has no code. */
  readonly text: string;
}

interface Described {
  name?: unknown;
  code?: unknown;
  Code?: unknown;
  failure?: unknown;
  responseCode?: unknown;
  cause?: unknown;
  driverError?: unknown;
  errors?: unknown;
  message?: unknown;
  $metadata?: { httpStatusCode?: number };
}

const DEPTH = 6;
/** What node says in messages too, where a library keeps the message alone. */
const CODE_IN_TEXT = /\bE[A-Z]{4,}\b/g;

/** Follows `cause`, TypeORM's `driverError` and what an AggregateError holds. */
export function factsOf(error: unknown): ErrorFacts {
  const codes: string[] = [];
  const texts: string[] = [];
  let status: number | undefined;
  for (const each of chainOf(error)) {
    for (const code of [each.code, each.Code, each.name, each.failure, each.responseCode])
      if (typeof code === 'string' || typeof code === 'number') codes.push(String(code));
    if (typeof each.message === 'string') texts.push(each.message);
    status ??= each.$metadata?.httpStatusCode;
  }
  const text = texts.join('; ');
  return { codes: [...(text.match(CODE_IN_TEXT) ?? []), ...codes], status, text };
}

function chainOf(error: unknown, depth = DEPTH): Described[] {
  if (typeof error !== 'object' || error === null || depth === 0) return [];
  const described = error as Described;
  const inner = [
    described.cause,
    described.driverError,
    ...(Array.isArray(described.errors) ? described.errors : []),
  ];
  return [described, ...inner.flatMap((each) => chainOf(each, depth - 1))];
}

/** Also for errors of node itself where tests run in a world of their own, whose `Error` is another. */
export const isError = (error: unknown): error is Error => types.isNativeError(error);
