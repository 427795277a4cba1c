import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Ticket } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { firstName } from '../data/first-name';

/** The one ticket that waits for its customer, with the question itself. */
@Component({
  selector: 'desk-your-turn',
  imports: [Avatar, Icon, RouterLink, Time],
  template: `
    @if (asker(); as person) {
      <desk-avatar [person]="person" [size]="40" />
    }
    <div class="words">
      <div class="strong question" dir="auto">{{ question() }}</div>
      <div class="about">
        <bdi class="cut">{{ ticket().subject }}</bdi>
        <span>·</span>
        <desk-time class="nowrap" [at]="ticket().snippet?.createdAt ?? ticket().updatedAt" />
      </div>
    </div>
    <a class="btn" [routerLink]="['/my/tickets', ticket().number]" fragment="answer">
      <desk-icon name="reply" />
      Answer
    </a>
  `,
  styleUrl: './your-turn.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class YourTurn {
  readonly ticket = input.required<Ticket>();

  protected readonly asker = computed(() => {
    const author = this.ticket().snippet?.author;
    return author && author.role !== 'customer' ? author : null;
  });
  protected readonly question = computed(() => {
    const asker = this.asker();
    if (!asker) return 'We are waiting for your answer';
    const verb = this.ticket().snippet?.text.includes('?') ? 'asks' : 'writes';
    return `${firstName(asker.name)} ${verb}: ${this.ticket().snippet?.text ?? ''}`;
  });
}
