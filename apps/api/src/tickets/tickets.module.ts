import { Module } from '@nestjs/common';
import { IdleMerge } from '../search/idle-merge';
import { UsersModule } from '../users/users.module';
import { ConversationQuery } from './conversation.query';
import { ConversationService } from './conversation.service';
import { TicketCounts } from './ticket.counts';
import { TicketFiltersBuilder } from './ticket.filters';
import { TicketIndex } from './ticket-index';
import { TicketReadingService } from './ticket-reading.service';
import { TicketSearch } from './ticket.search';
import { TicketWriter } from './ticket-writer';
import { TicketsController } from './tickets.controller';
import { TicketsQuery } from './tickets.query';
import { TicketsService } from './tickets.service';

@Module({
  imports: [UsersModule],
  controllers: [TicketsController],
  providers: [
    TicketsService,
    TicketsQuery,
    ConversationService,
    ConversationQuery,
    TicketCounts,
    TicketFiltersBuilder,
    TicketIndex,
    IdleMerge,
    TicketReadingService,
    TicketSearch,
    TicketWriter,
  ],
  exports: [TicketsService, TicketWriter],
})
export class TicketsModule {}
