import { Clipboard } from '@angular/cdk/clipboard';
import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Requester, User } from '@liftdesk/api-client';
import type { TicketPage } from '@liftdesk/api-client';
import { type Problem, toProblem } from '../../shared/http/problem';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { NotLoaded } from '../../shared/ui/state/not-loaded';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';

const SHOWN = 5;
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });

/** The customer, and what else they have asked for. */
@Component({
  selector: 'desk-requester-block',
  imports: [Avatar, Icon, NotLoaded, RouterLink, Skeleton, StatusMark],
  templateUrl: './requester-block.html',
  styleUrl: './blocks.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RequesterBlock {
  private readonly clipboard = inject(Clipboard);

  readonly requester = input.required<Requester>();
  /** The ticket on the screen, which is not one of the others. */
  readonly ticketId = input.required<string>();

  private readonly id = computed(() => this.requester().id);
  protected readonly user = httpResource<User>(() => `/api/users/${this.id()}`);
  protected readonly tickets = httpResource<TicketPage>(() => ({
    url: '/api/tickets',
    params: { requester: this.id(), limit: SHOWN + 1 },
  }));
  protected readonly problem = computed(() => problemOf(this.tickets.error()));
  protected readonly waiting = skeletonFor(() => !this.tickets.hasValue() && !this.problem());
  protected readonly userProblem = computed(() => problemOf(this.user.error()));
  protected readonly copied = signal(false);
  protected readonly since = computed(() =>
    this.user.hasValue() ? month.format(Date.parse(this.user.value().createdAt)) : '',
  );
  protected readonly others = computed(() =>
    this.tickets.hasValue()
      ? this.tickets
          .value()
          .items.filter((ticket) => ticket.id !== this.ticketId())
          .slice(0, SHOWN)
      : [],
  );
  protected readonly all = computed(() => ({ requester: this.id() }));

  protected copy(): void {
    this.copied.set(this.clipboard.copy(this.requester().email));
  }
}

function problemOf(error: unknown): Problem | null {
  return error ? toProblem(error) : null;
}
