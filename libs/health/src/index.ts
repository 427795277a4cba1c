export type {
  CheckFinding,
  CheckResult,
  HealthReport,
  NamedCheck,
  Readiness,
  ReadyCondition,
} from './health-check';
export { healthConfig } from './health.config';
export type { HealthConfig } from './health.config';
export { diskCheck } from './host.checks';
export { HealthModule } from './health.module';
export type { HealthModuleOptions } from './health.module';
export { HealthRegistry } from './health.registry';
export type { Labels, MetricSource, Reading } from './metrics/metric-source';
export { MetricsRegistry } from './metrics/metrics.registry';
export { RequestMetrics } from './metrics/request-metrics';
