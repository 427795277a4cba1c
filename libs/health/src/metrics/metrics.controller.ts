import { Controller, Get, Inject, NotFoundException, Req, Res, SetMetadata } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEALTH_TOKEN, isOperator } from '../operator';
import { MetricsRegistry } from './metrics.registry';

/**
 * For Prometheus, at the root beside health. Whom it is not for is told that there is nothing here. Not limited: a
 * scraper comes every few seconds and signs in as nobody.
 */
@Controller('metrics')
@SetMetadata('liftdesk:public', true)
@SetMetadata('THROTTLER:SKIPanonymous', true)
export class MetricsController {
  constructor(
    private readonly registry: MetricsRegistry,
    @Inject(HEALTH_TOKEN) private readonly token: string | undefined,
  ) {}

  @Get()
  async metrics(@Req() req: IncomingMessage, @Res() res: ServerResponse): Promise<void> {
    if (!isOperator(req, this.token)) throw new NotFoundException('There is nothing here');
    const { contentType, body } = await this.registry.render();
    res.setHeader('Content-Type', contentType);
    res.setHeader('Cache-Control', 'no-store');
    res.end(body);
  }
}
