import {
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  computed,
  inject,
  input,
  viewChild,
} from '@angular/core';
import { Session } from '../../session/session';
import type { Ticket } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import type { IconName } from '../../shared/ui/icon/icons';
import { PRIORITY_WORDS, PriorityMark } from '../../shared/ui/marks/priority-mark';
import { STATUS_WORDS, StatusMark } from '../../shared/ui/marks/status-mark';
import { Tag } from '../../shared/ui/marks/tag';
import { useShortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { TagPicker } from '../picker/tag-picker';
import { TicketStore } from '../ticket/ticket-store';
import { TicketDeeds } from '../ui/ticket-deeds';
import { DueDate } from './due-date';
import { LogBlock } from './log-block';
import { RequesterBlock } from './requester-block';

const CHANNELS: Readonly<Record<string, { word: string; icon: IconName }>> = {
  web: { word: 'Portal', icon: 'monitor' },
  agent: { word: 'Opened by the team', icon: 'users' },
  api: { word: 'API', icon: 'code' },
};

/** Everything about a ticket that is not said in it; each value opens its own menu. */
@Component({
  selector: 'desk-details',
  imports: [Avatar, DueDate, Icon, LogBlock, PriorityMark, RequesterBlock, StatusMark, Tag, Time],
  templateUrl: './details.html',
  styleUrl: './details.scss',
  host: { role: 'complementary', 'aria-label': 'Ticket details' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Details {
  private readonly tagPicker = inject(TagPicker);
  private readonly tagButton = viewChild.required<ElementRef<HTMLElement>>('tags');
  protected readonly deeds = inject(TicketDeeds);
  protected readonly store = inject(TicketStore);
  protected readonly me = inject(Session).user;

  readonly ticket = input.required<Ticket>();

  protected readonly statusWord = computed(() => STATUS_WORDS[this.ticket().status]);
  protected readonly priorityWord = computed(() => PRIORITY_WORDS[this.ticket().priority]);
  protected readonly channel = computed(
    () => CHANNELS[this.ticket().channel] ?? { word: this.ticket().channel, icon: 'inbox' as const },
  );
  constructor() {
    useShortcuts('Ticket', [
      { keys: 't', label: 'Tags', run: () => void this.chooseTags(this.tagButton().nativeElement) },
    ]);
  }

  protected removeTag(tag: string): void {
    void this.store.set({ tags: this.ticket().tags.filter((one) => one !== tag) });
  }

  protected async chooseTags(origin: HTMLElement): Promise<void> {
    const tags = await this.tagPicker.choose(origin, this.ticket().tags);
    if (tags) await this.store.set({ tags });
  }

  protected setDue(dueAt: string | null): void {
    void this.store.set({ dueAt });
  }
}
