import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Actor } from '../auth/actor';
import { NotFoundError } from '../common/domain-error';
import { ticketRef } from '../tickets/ticket-ref';
import type { PresenceState } from './desk-event';
import { DeskEvents } from './desk-events';

/** Who of the desk looks at a ticket or writes in it. Lives in the processes alone. */
@Injectable()
export class PresenceService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly events: DeskEvents,
  ) {}

  /** @throws NotFoundError */
  async announce(actor: Actor, ref: string, state: PresenceState): Promise<void> {
    const { where, values } = ticketRef(actor, ref);
    const [found]: { id: string; name: string }[] = await this.database.query(
      `select id, (select name from "user" u where u.rid = ?) as name from ticket where ${where}`,
      [actor.userRid, ...values],
    );
    if (!found) throw new NotFoundError('There is no such ticket');
    const { id, name } = found;
    this.events.presenceChanged({ type: 'presence', ticketId: id, userId: actor.userId, name, state });
  }
}
