import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { UnsettledObjects } from '../../attachments/unsettled-objects';
import type { Actor } from '../../auth/actor';
import { SessionsService } from '../../auth/sessions.service';
import { Clock } from '../../common/clock';
import { MaintenanceError } from '../../database/maintenance';
import { DeskEvents } from '../../events/desk-events';
import { eraseUser } from './erase-user';
import { markedPeople } from './person-rows';

/** Erases people for those who ask by the API, and what was interrupted. */
@Injectable()
export class ErasureService {
  private readonly logger = new Logger(ErasureService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly unsettled: UnsettledObjects,
    private readonly sessions: SessionsService,
    private readonly events: DeskEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws as eraseUser() */
  erase(actor: Actor, userId: string): Promise<void> {
    return this.run(userId.toLowerCase(), actor);
  }

  /** Goes on where erasures were interrupted. One that fails does not keep the others from their end. */
  async finish(): Promise<void> {
    for (const userId of await markedPeople(this.database.manager)) {
      try {
        await this.run(userId);
      } catch (error) {
        if (error instanceof MaintenanceError) throw error;
        this.logger.error({ message: 'user.not-erased', userId, error });
      }
    }
  }

  private async run(userId: string, actor?: Actor): Promise<void> {
    const by = { byUserId: actor?.userId };
    const erased = await eraseUser(this.database, this.unsettled, {
      userId,
      byRid: actor?.userRid,
      now: this.clock.now(),
      onMarked: (userRid) => {
        this.sessions.announce(userRid);
        // Who goes on with it after an interruption does not know who has asked for it.
        this.logger.log({ message: 'user.being-erased', userId, ...by });
      },
    });
    if (erased.tickets > 0) this.events.ticketsErased();
    // All that is left of it: who has to show that somebody was erased shows this.
    this.logger.log({ message: 'user.erased', ...erased, ...by });
  }
}
