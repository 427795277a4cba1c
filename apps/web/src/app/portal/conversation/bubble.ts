import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Session } from '../../session/session';
import type { Message } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { AttachmentList } from '../../shared/ui/attachments/attachment-list';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Markdown } from '../../shared/ui/markdown/markdown';
import { firstName } from '../data/first-name';

/** One message as its customer sees it: own words right, ours left with a face. */
@Component({
  selector: 'desk-bubble',
  imports: [AttachmentList, Avatar, Markdown, Time],
  templateUrl: './bubble.html',
  styleUrl: './bubble.scss',
  host: { '[class.mine]': 'mine()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Bubble {
  private readonly session = inject(Session);

  readonly message = input.required<Message>();

  protected readonly mine = computed(() => this.message().author.id === this.session.user()?.id);
  protected readonly fromTeam = computed(() => this.message().author.role !== 'customer');
  protected readonly author = computed(() => firstName(this.message().author.name));
}
