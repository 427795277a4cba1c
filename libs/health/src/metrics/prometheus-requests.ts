import type { Metric } from 'prom-client';
import { BUCKETS, OUTCOMES, type RequestMetrics, type RequestSeries } from './request-metrics';

interface Value {
  readonly metricName?: string;
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

/** The counted requests as prom-client writes them out: it asks a metric for its values and nothing else. */
export function requestMetricsOf(requests: RequestMetrics): Metric[] {
  return [
    metric('liftdesk_http_requests_total', 'counter', 'Requests by method, route and class of status', () =>
      [...requests.series()].flatMap(countsOf),
    ),
    metric(DURATION, 'histogram', 'Seconds from the arrival of a request to the end of its answer', () =>
      [...requests.series()].flatMap(durationsOf),
    ),
  ];
}

const DURATION = 'liftdesk_http_request_duration_seconds';

function metric(name: string, type: 'counter' | 'histogram', help: string, read: () => Value[]): Metric {
  const get = async () => ({ name, help, type, aggregator: 'sum', values: read() });
  return { name, get } as unknown as Metric;
}

function countsOf({ method, route, outcomes }: RequestSeries): Value[] {
  return OUTCOMES.map((status, at) => ({
    labels: { method, route, status },
    value: outcomes[at] ?? 0,
  })).filter(({ value }) => value > 0);
}

function durationsOf({ method, route, buckets, seconds }: RequestSeries): Value[] {
  let upTo = 0;
  const values = [...BUCKETS, '+Inf'].map((le, at) => {
    upTo += buckets[at] ?? 0;
    return { metricName: `${DURATION}_bucket`, labels: { le, method, route }, value: upTo };
  });
  const labels = { method, route };
  return [
    ...values,
    { metricName: `${DURATION}_sum`, labels, value: seconds },
    { metricName: `${DURATION}_count`, labels, value: upTo },
  ];
}
