import { Body, Controller, Get, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { StaffOnly } from '../auth/access.decorators';
import { type Actor, Caller } from '../auth/actor';
import { IF_MATCH, type IfMatch, IfMatchHeader, etagOf } from '../common/etag';
import { IdempotencyKeyHeader } from '../common/idempotency';
import { PageQueryDto } from '../common/page.dto';
import { ConversationQuery } from './conversation.query';
import { ConversationService } from './conversation.service';
import { MessageDto, MessagePageDto, TicketEventPageDto } from './message.dto';
import { TicketCounts } from './ticket.counts';
import {
  ChangeTicketDto,
  MarkReadDto,
  OpenTicketDto,
  TagListDto,
  TagQueryDto,
  TicketCountsDto,
  TicketDto,
  TicketPageDto,
  TicketQueryDto,
  WriteMessageDto,
} from './ticket.dto';
import { TicketReadingService } from './ticket-reading.service';
import { TicketsQuery } from './tickets.query';
import { TicketsService } from './tickets.service';

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'Makes a retry safe for 24 hours',
};

@ApiTags('Tickets')
@ApiBearerAuth()
@Controller()
export class TicketsController {
  constructor(
    private readonly tickets: TicketsService,
    private readonly reading: TicketReadingService,
    private readonly query: TicketsQuery,
    private readonly conversation: ConversationService,
    private readonly conversationQuery: ConversationQuery,
    private readonly counts: TicketCounts,
  ) {}

  @Post('tickets')
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiCreatedResponse({ type: TicketDto })
  async open(
    @Body() body: OpenTicketDto,
    @Caller() actor: Actor,
    @IdempotencyKeyHeader() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TicketDto> {
    return tagged(response, await this.tickets.open(actor, body, key));
  }

  @Get('tickets')
  @ApiOkResponse({ type: TicketPageDto })
  list(@Query() query: TicketQueryDto, @Caller() actor: Actor): Promise<TicketPageDto> {
    return this.query.list(actor, query);
  }

  @Get('tickets/counts')
  @StaffOnly()
  @ApiOkResponse({ type: TicketCountsDto })
  count(@Caller() actor: Actor): Promise<TicketCountsDto> {
    return this.counts.of(actor);
  }

  @Get('tags')
  @StaffOnly()
  @ApiOkResponse({ type: TagListDto })
  tags(@Query() { q }: TagQueryDto): Promise<TagListDto> {
    return this.counts.tags(q);
  }

  @Get('tickets/:id')
  @ApiOkResponse({ type: TicketDto })
  async get(
    @Param('id') id: string,
    @Caller() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TicketDto> {
    return tagged(response, await this.query.get(actor, id));
  }

  @Patch('tickets/:id')
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: TicketDto })
  async change(
    @Param('id') id: string,
    @Body() change: ChangeTicketDto,
    @Caller() actor: Actor,
    @IfMatchHeader() ifMatch: IfMatch,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TicketDto> {
    return tagged(response, await this.tickets.change(actor, id, change, ifMatch));
  }

  @Put('tickets/:id/read')
  @HttpCode(204)
  @ApiBody({ type: MarkReadDto, required: false })
  @ApiNoContentResponse()
  async markRead(@Param('id') id: string, @Body() body: MarkReadDto, @Caller() actor: Actor): Promise<void> {
    await this.reading.markRead(actor, id, body.messageId);
  }

  @Get('tickets/:id/messages')
  @ApiOkResponse({ type: MessagePageDto })
  messages(
    @Param('id') id: string,
    @Query() page: PageQueryDto,
    @Caller() actor: Actor,
  ): Promise<MessagePageDto> {
    return this.conversationQuery.messages(actor, id, page);
  }

  @Post('tickets/:id/messages')
  @ApiHeader(IDEMPOTENCY_KEY)
  @ApiHeader(IF_MATCH)
  @ApiCreatedResponse({ type: MessageDto })
  async write(
    @Param('id') id: string,
    @Body() body: WriteMessageDto,
    @Caller() actor: Actor,
    @IfMatchHeader() ifMatch: IfMatch,
    @IdempotencyKeyHeader() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageDto> {
    const { message, version } = await this.conversation.write(actor, id, body, ifMatch, key);
    response.setHeader('ETag', etagOf(version));
    return message;
  }

  @Get('tickets/:id/events')
  @StaffOnly()
  @ApiOkResponse({ type: TicketEventPageDto })
  events(
    @Param('id') id: string,
    @Query() page: PageQueryDto,
    @Caller() actor: Actor,
  ): Promise<TicketEventPageDto> {
    return this.conversationQuery.events(actor, id, page);
  }
}

function tagged(response: Response, ticket: TicketDto): TicketDto {
  response.setHeader('ETag', etagOf(ticket.version));
  return ticket;
}
