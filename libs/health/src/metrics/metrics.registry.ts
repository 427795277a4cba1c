import { Logger } from '@nestjs/common';
import { getHeapStatistics } from 'node:v8';
import type { Metric, Registry } from 'prom-client';
import { CachedProbe } from '../cached-probe';
import type { MetricSource, Reading } from './metric-source';
import { requestMetricsOf } from './prometheus-requests';
import type { RequestMetrics } from './request-metrics';

const TIMEOUT_MS = 1_000;
const CACHE_MS = 1_000;
/** Readings of one source; more would mean that a label is made of data. */
const MAX_READINGS = 50;

export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

interface RegisteredSource {
  readonly source: MetricSource;
  readonly probe: CachedProbe<Reading>;
  failing: boolean;
}

/**
 * Where modules offer numbers of theirs to `/metrics`, beside the requests and the process's own. prom-client is
 * loaded when somebody asks for the first time: a laptop, where nobody does, never pays for it.
 */
export class MetricsRegistry {
  private readonly logger = new Logger('Metrics');
  private readonly sources = new Map<string, RegisteredSource>();
  private prometheus: Promise<Registry> | undefined;

  constructor(private readonly requests: RequestMetrics) {
    this.add({
      name: 'liftdesk_rate_limited_total',
      help: 'Requests that were answered 429',
      type: 'counter',
      read: () => requests.rateLimited,
    });
    this.add({
      name: 'liftdesk_heap_limit_bytes',
      help: 'How large V8 lets the heap grow',
      type: 'gauge',
      read: () => getHeapStatistics().heap_size_limit,
    });
  }

  /** Has it in `/metrics` from now on; a second source of the same name takes the place of the first. */
  add(source: MetricSource): void {
    const options = { timeoutMs: TIMEOUT_MS, cacheMs: source.cacheMs ?? CACHE_MS };
    const probe = new CachedProbe(() => source.read(), options);
    this.sources.set(source.name, { source, probe, failing: false });
  }

  async render(): Promise<RenderedMetrics> {
    const registry = await (this.prometheus ??= this.load());
    for (const { source } of this.sources.values()) {
      if (registry.getSingleMetric(source.name) === undefined)
        registry.registerMetric(this.metricOf(source.name));
    }
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  private async load(): Promise<Registry> {
    const { collectDefaultMetrics, Registry: PrometheusRegistry } = await import('prom-client');
    const registry = new PrometheusRegistry();
    collectDefaultMetrics({ register: registry });
    for (const metric of requestMetricsOf(this.requests)) registry.registerMetric(metric);
    return registry;
  }

  /** What prom-client asks of a metric, filled from the source that has the name at that moment. */
  private metricOf(name: string): Metric {
    const get = async () => {
      const { source, values } = await this.read(name);
      return { name, help: source.help, type: source.type, aggregator: 'sum', values };
    };
    return { name, get } as unknown as Metric;
  }

  private async read(name: string) {
    const registered = this.sources.get(name) as RegisteredSource;
    const { source, probe } = registered;
    const outcome = await probe.read();
    if (registered.failing === outcome.ok) {
      registered.failing = !outcome.ok;
      if (!outcome.ok) this.logger.warn({ message: 'metric.failed', metric: name, error: outcome.error });
    }
    if (!outcome.ok) return { source, values: [] };
    const { value } = outcome;
    const values = typeof value === 'number' ? [{ labels: {}, value }] : value.slice(0, MAX_READINGS);
    return { source, values };
  }
}
