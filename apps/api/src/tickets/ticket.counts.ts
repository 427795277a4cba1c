import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Actor } from '../auth/actor';
import { TagListDto, TicketCountsDto } from './ticket.dto';

/** Counting on would cost time that grows with the desk, for a number nobody reads. */
const CAP = 1_000;

const capped = (where: string): string =>
  `(select count(*) from (select 1 from ticket where ${where} limit ${CAP}) capped)`;

const COUNTS = `
  select ${capped(`assignee_rid = ? and status in ('new', 'open', 'pending')`)} as mine,
    ${capped(`assignee_rid is null and status in ('new', 'open', 'pending')`)} as unassigned,
    ${capped(`status in ('new', 'open')`)} as open,
    ${capped(`status = 'pending'`)} as pending`;

const TAGS = `
  select name, ticket_count as count from tag
  where ticket_count > 0 and name >= ? and name < ? order by ticket_count desc, name limit 20`;

/** The numbers beside the views, and the tags that can be chosen. */
@Injectable()
export class TicketCounts {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async of(actor: Actor): Promise<TicketCountsDto> {
    const [row]: Omit<TicketCountsDto, 'cap'>[] = await this.database.query(COUNTS, [actor.userRid]);
    return { ...(row as Omit<TicketCountsDto, 'cap'>), cap: CAP };
  }

  /** @param begins the beginning of a tag */
  async tags(begins: string): Promise<TagListDto> {
    const from = begins.normalize('NFC').toLowerCase();
    return { items: await this.database.query(TAGS, [from, `${from}\u{10FFFF}`]) };
  }
}
