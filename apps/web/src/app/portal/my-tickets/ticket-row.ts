import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session } from '../../session/session';
import type { Ticket } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { firstName } from '../data/first-name';

/** A ticket in the customer's list: subject, who spoke last and what, and whose turn it is. */
@Component({
  selector: 'desk-ticket-row',
  imports: [Icon, RouterLink, StatusMark, Time],
  templateUrl: './ticket-row.html',
  styleUrl: './ticket-row.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TicketRow {
  private readonly session = inject(Session);

  readonly ticket = input.required<Ticket>();

  protected readonly author = computed(() => {
    const author = this.ticket().snippet?.author;
    if (!author) return '';
    return author.id === this.session.user()?.id ? 'You' : firstName(author.name);
  });
}
