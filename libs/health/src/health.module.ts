import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller';
import type { HealthConfig } from './health.config';
import { HealthRegistry } from './health.registry';
import { diskCheck, eventLoopCheck, memoryCheck } from './host.checks';
import { MetricsController } from './metrics/metrics.controller';
import { MetricsRegistry } from './metrics/metrics.registry';
import { RequestMetrics } from './metrics/request-metrics';
import { HEALTH_TOKEN } from './operator';

export interface HealthModuleOptions {
  /** In the answer of `GET /health`. */
  readonly version: string;
  /** Existing folders whose disks are watched: database, uploads, logs. */
  readonly dataFolders: readonly string[];
}

/**
 * The three health routes, with memory, disk and event loop watched, and `/metrics`; features add their checks to
 * `HealthRegistry` and their numbers to `MetricsRegistry`.
 */
@Module({})
export class HealthModule {
  static register(config: HealthConfig, { version, dataFolders }: HealthModuleOptions): DynamicModule {
    return {
      module: HealthModule,
      global: true,
      // terminus would log each failing probe; the registry logs each change once.
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: HEALTH_TOKEN, useValue: config.HEALTH_TOKEN },
        RequestMetrics,
        {
          provide: MetricsRegistry,
          inject: [RequestMetrics],
          useFactory: (requests: RequestMetrics) => new MetricsRegistry(requests),
        },
        {
          provide: HealthRegistry,
          inject: [HealthCheckService, HealthIndicatorService],
          useFactory: (terminus: HealthCheckService, indicators: HealthIndicatorService) => {
            const registry = new HealthRegistry(terminus, indicators, version);
            for (const check of [memoryCheck(config), diskCheck(config, dataFolders), eventLoopCheck()]) {
              registry.addCheck(check);
            }
            return registry;
          },
        },
      ],
      exports: [HealthRegistry, MetricsRegistry, RequestMetrics],
    };
  }
}
