import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { normaliseEmail } from '../users/email';
import { type BlockKind, REASON_LENGTH } from './outbox-mail.entity';

const ADD = `
  insert into mail_block (email_norm, kind, reason, created_at) values (?, ?, ?, ?) on conflict (email_norm) do nothing`;

/** Addresses that are not written to, until somebody at the desk says so. */
@Injectable()
export class MailBlocks {
  private readonly logger = new Logger(MailBlocks.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @param reason in words for the desk, without the address */
  async add(address: string, kind: BlockKind, reason: string, manager?: EntityManager): Promise<void> {
    const values = [normaliseEmail(address), kind, reason.slice(0, REASON_LENGTH), this.clock.now()];
    if (manager) await manager.query(ADD, values);
    else await this.database.transaction((own) => own.query(ADD, values));
    this.logger.warn({ message: 'mail.address-blocked', kind });
  }

  async isBlocked(manager: EntityManager, address: string): Promise<boolean> {
    const rows: unknown[] = await manager.query('select 1 from mail_block where email_norm = ?', [
      normaliseEmail(address),
    ]);
    return rows.length > 0;
  }

  /** @returns whether there was a block */
  async lift(manager: EntityManager, address: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      'delete from mail_block where email_norm = ? returning email_norm',
      [normaliseEmail(address)],
    );
    return rows.length > 0;
  }
}
