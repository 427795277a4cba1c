import type { IncomingMessage, ServerResponse } from 'node:http';

/** Upper bounds of the durations, seconds. */
export const BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
/** `aborted`: the client was gone before its answer was out. */
export const OUTCOMES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'aborted'] as const;
const METHODS = ['GET', 'POST', 'PATCH', 'DELETE', 'PUT', 'HEAD', 'OPTIONS'] as const;

const ABORTED = OUTCOMES.indexOf('aborted');
/** Whatever has no route of the API: the client's files and pages, and addresses that nothing answers. */
const NO_ROUTE = '(none)';
/** Far more than there are: a route that were made of what callers send would end in the last one. */
const MAX_ROUTES = 200;

/** What is counted for one method of one route. */
export interface RequestSeries {
  readonly method: string;
  readonly route: string;
  /** How many, by the places of `OUTCOMES`. */
  readonly outcomes: number[];
  /** How many took no longer than the bound at the same place and longer than the one before; the last took longest. */
  readonly buckets: number[];
  /** Of all durations, seconds. */
  seconds: number;
}

interface CountedRequest extends IncomingMessage {
  /** express's: the pattern that was matched. */
  route?: { path?: unknown };
}

/**
 * Counts requests by method, route pattern and outcome, at a fraction of a microsecond each. The numbers become
 * Prometheus' only when somebody asks for them, so that nothing of it is loaded before.
 */
export class RequestMetrics {
  private readonly routes = new Map<string, (RequestSeries | undefined)[]>();
  /** Requests that were answered 429. */
  rateLimited = 0;

  /** To be called when an answer is out, or its client gone. */
  readonly count = (req: CountedRequest, res: ServerResponse, ms: number): void => {
    const { statusCode } = res;
    if (statusCode === 429) this.rateLimited += 1;
    const series = this.seriesOf(req);
    const outcome = res.writableFinished
      ? Math.min(Math.max(Math.floor(statusCode / 100), 1), 5) - 1
      : ABORTED;
    series.outcomes[outcome] = (series.outcomes[outcome] ?? 0) + 1;
    // A stream of events lives for hours: how long says nothing of how fast.
    if (isEventStream(res)) return;
    const seconds = ms / 1_000;
    series.seconds += seconds;
    const bucket = bucketOf(seconds);
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  };

  *series(): Generator<RequestSeries> {
    for (const methods of this.routes.values())
      for (const series of methods) if (series !== undefined) yield series;
  }

  private seriesOf(req: CountedRequest): RequestSeries {
    const pattern = req.route?.path;
    let route = typeof pattern === 'string' ? pattern : NO_ROUTE;
    let methods = this.routes.get(route);
    if (methods === undefined) {
      if (this.routes.size >= MAX_ROUTES) route = NO_ROUTE;
      methods = this.routes.get(route) ?? [];
      this.routes.set(route, methods);
    }
    const method = METHODS.indexOf(req.method as (typeof METHODS)[number]) + 1;
    return (methods[method] ??= {
      method: METHODS[method - 1] ?? 'other',
      route,
      outcomes: OUTCOMES.map(() => 0),
      buckets: [...BUCKETS.map(() => 0), 0],
      seconds: 0,
    });
  }
}

function bucketOf(seconds: number): number {
  let at = 0;
  while (at < BUCKETS.length && seconds > (BUCKETS[at] ?? 0)) at += 1;
  return at;
}

function isEventStream(res: ServerResponse): boolean {
  const type = res.getHeader('content-type');
  return typeof type === 'string' && type.startsWith('text/event-stream');
}
