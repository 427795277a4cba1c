import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { type Actor, isStaff } from '../auth/actor';
import { ValidationError } from '../common/domain-error';
import { CHOICES, NotificationSettingsDto } from './mail.dto';
import type { NotificationKind } from './outbox-mail.entity';

/** What people want to hear of by mail; everything, unless they say otherwise. */
@Injectable()
export class NotificationSettings {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async of(actor: Actor, manager: EntityManager = this.database.manager): Promise<NotificationSettingsDto> {
    const rows: { kind: NotificationKind }[] = await manager.query(
      'select kind from notification_opt_out where user_rid = ?',
      [actor.userRid],
    );
    const off = new Set(rows.map(({ kind }) => kind));
    return Object.fromEntries(choicesOf(actor).map((kind) => [kind, !off.has(kind)]));
  }

  /** What is not given stays. @throws ValidationError for what the caller never gets */
  async change(actor: Actor, wanted: NotificationSettingsDto): Promise<NotificationSettingsDto> {
    const given = Object.entries(wanted) as [NotificationKind, boolean | undefined][];
    const foreign = given.filter(([kind]) => !choicesOf(actor).includes(kind));
    if (foreign.length > 0)
      throw new ValidationError(
        foreign.map(([kind]) => ({ pointer: `/${kind}`, detail: 'You never get this kind of mail' })),
      );
    return this.database.transaction(async (manager) => {
      for (const [kind, on] of given) {
        if (on === undefined) continue;
        const sql = on
          ? 'delete from notification_opt_out where user_rid = ? and kind = ?'
          : 'insert into notification_opt_out (user_rid, kind) values (?, ?) on conflict (user_rid, kind) do nothing';
        await manager.query(sql, [actor.userRid, kind]);
      }
      return this.of(actor, manager);
    });
  }
}

const choicesOf = (actor: Actor): readonly NotificationKind[] =>
  isStaff(actor) ? CHOICES.staff : CHOICES.customer;
