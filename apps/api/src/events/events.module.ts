import { DynamicModule, Module } from '@nestjs/common';
import { DeskEvents } from './desk-events';
import { EventStreams } from './event-streams';
import { EVENTS_CONFIG, type EventsConfig } from './events.config';
import { EventsController } from './events.controller';
import { PresenceService } from './presence.service';

/** Live updates. Whoever changes something tells DeskEvents. */
@Module({})
export class EventsModule {
  static register(config: EventsConfig): DynamicModule {
    return {
      module: EventsModule,
      global: true,
      controllers: [EventsController],
      providers: [{ provide: EVENTS_CONFIG, useValue: config }, DeskEvents, EventStreams, PresenceService],
      exports: [DeskEvents, EventStreams],
    };
  }
}
