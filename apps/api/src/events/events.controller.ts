import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { StaffOnly } from '../auth/access.decorators';
import { bearerOf } from '../auth/guards';
import { AccessTokens } from '../auth/access-tokens';
import { type Actor, Caller } from '../auth/actor';
import { InMaintenanceToo } from '../maintenance-mode/maintenance.guard';
import { PresenceDto } from './events.dto';
import { EventStreams } from './event-streams';
import { PresenceService } from './presence.service';

const STREAM =
  `Server-sent events, scoped to what the caller may see: hello, ticket.opened, ticket.changed, message.added,
message.mail, presence, maintenance, resync. Comments keep the connection alive. The stream ends with the access token at the latest;
come back with Last-Event-ID and the rest follows, or resync: then read anew.`.replaceAll('\n', ' ');

@ApiTags('Events')
@ApiBearerAuth()
@Controller()
export class EventsController {
  constructor(
    private readonly streams: EventStreams,
    private readonly presence: PresenceService,
    private readonly tokens: AccessTokens,
  ) {}

  @Get('events')
  @ApiProduces('text/event-stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the last event that was seen',
  })
  @ApiOkResponse({ description: STREAM, schema: { type: 'string' } })
  async follow(@Caller() actor: Actor, @Req() request: Request, @Res() response: Response): Promise<void> {
    if (request.method === 'HEAD') {
      response.type('text/event-stream').end();
      return;
    }
    const expiresAt = this.tokens.expiryOf(bearerOf(request) ?? '');
    await this.streams.serve({ actor, expiresAt, lastEventId: request.get('Last-Event-ID') }, response);
  }

  @Post('tickets/:id/presence')
  @InMaintenanceToo()
  @StaffOnly()
  @HttpCode(204)
  @ApiNoContentResponse()
  async announce(
    @Param('id') id: string,
    @Body() { state }: PresenceDto,
    @Caller() actor: Actor,
  ): Promise<void> {
    await this.presence.announce(actor, id, state);
  }
}
