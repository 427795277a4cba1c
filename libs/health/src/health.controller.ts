import { Controller, Get, HttpStatus, Inject, Req, Res, SetMetadata } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HealthReport, Readiness } from './health-check';
import { HealthRegistry } from './health.registry';

export const HEALTH_TOKEN = Symbol('health token');

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

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Who holds the token, or calls from this machine itself: through no proxy, for behind one everybody seems local. */
function isOperator(req: IncomingMessage, token: string | undefined): boolean {
  const { authorization, forwarded, 'x-forwarded-for': forwardedFor } = req.headers;
  if (token !== undefined && authorization !== undefined && sameSecret(authorization, `Bearer ${token}`))
    return true;
  return (
    LOOPBACK.has(req.socket.remoteAddress ?? '') && forwarded === undefined && forwardedFor === undefined
  );
}

function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
