import { Controller, Get, HttpStatus, Inject, Req, Res, SetMetadata } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthReport, Readiness } from './health-check';
import { HealthRegistry } from './health.registry';
import { HEALTH_TOKEN, isOperator } from './operator';

/** At the root, where load balancers look; the app keeps its prefix off these three, and its sign-in by the mark. */
@Controller('health')
@SetMetadata('liftdesk:public', true)
export class HealthController {
  constructor(
    private readonly registry: HealthRegistry,
    @Inject(HEALTH_TOKEN) private readonly token: string | undefined,
  ) {}

  /** The process serves. Nothing else is asked: what a restart cannot mend must not cause one. */
  @Get('live')
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) res: ServerResponse): Promise<Readiness> {
    const readiness = await this.registry.readiness();
    if (readiness.status !== 'ready') res.statusCode = HttpStatus.SERVICE_UNAVAILABLE;
    return readiness;
  }

  @Get()
  async health(
    @Req() req: IncomingMessage,
    @Res({ passthrough: true }) res: ServerResponse,
  ): Promise<HealthReport> {
    const report = await this.registry.report();
    if (report.status === 'unhealthy') res.statusCode = HttpStatus.SERVICE_UNAVAILABLE;
    return isOperator(req, this.token) ? report : withoutMessages(report);
  }
}

function withoutMessages(report: HealthReport): HealthReport {
  const checks = Object.entries(report.checks).map(
    ([name, { status, responseTime }]) => [name, { status, responseTime }] as const,
  );
  return { ...report, checks: Object.fromEntries(checks) };
}
