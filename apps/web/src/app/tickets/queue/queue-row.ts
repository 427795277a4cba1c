import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session } from '../../session/session';
import type { Ticket } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { PriorityMark } from '../../shared/ui/marks/priority-mark';
import { StatusMark } from '../../shared/ui/marks/status-mark';
import { Tag } from '../../shared/ui/marks/tag';
import { PeopleHere } from '../presence/people-here';
import { firstName } from '../ui/first-name';
import { Waiting } from '../ui/waiting';

const SHOWN_TAGS = 2;

/** A ticket in the queue: what it is, what was said last, whose it is and how long its customer waits. */
@Component({
  selector: 'desk-queue-row',
  imports: [Avatar, Icon, PriorityMark, RouterLink, StatusMark, Tag, Time, Waiting],
  templateUrl: './queue-row.html',
  styleUrl: './queue-row.scss',
  host: {
    role: 'row',
    '[class.unread]': 'ticket().unread',
    '[class.current]': 'current()',
    '[attr.aria-selected]': 'current()',
    '[attr.tabindex]': 'current() ? 0 : -1',
    '[attr.data-ticket]': 'ticket().id',
  },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueRow {
  private readonly people = inject(PeopleHere);
  private readonly session = inject(Session);

  readonly ticket = input.required<Ticket>();
  /** The keys act on it. */
  readonly current = input(false);
  readonly opened = output();

  /** Others that have it open. */
  protected readonly here = computed(() => this.people.on(this.ticket().id));
  protected readonly hereWords = computed(() =>
    this.here()
      .map((person) => `${person.name} is ${person.state}`)
      .join(', '),
  );
  protected readonly author = computed(() => {
    const last = this.ticket().snippet;
    if (!last) return '';
    const name = last.author.id === this.session.user()?.id ? 'You' : firstName(last.author.name);
    return last.kind === 'note' ? `Note · ${name}` : name;
  });
  protected readonly tags = computed(() => this.ticket().tags.slice(0, SHOWN_TAGS));
  protected readonly moreTags = computed(() => this.ticket().tags.length - SHOWN_TAGS);
}
