import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { deskName } from '../shared/config/client-config';
import { Time } from '../shared/time/time';
import { Icon } from '../shared/ui/icon/icon';
import { Logo } from '../shared/ui/logo/logo';
import { Tag } from '../shared/ui/marks/tag';
import { Skeleton } from '../shared/ui/state/skeleton';
import { skeletonFor } from '../shared/ui/state/skeleton-time';
import { StaleStrip } from '../shared/ui/state/stale-strip';
import { State } from '../shared/ui/state/state';
import { OutboxList } from './outbox-list';

/** In development mail goes nowhere: here it can be read, by whoever it is for. */
@Component({
  selector: 'desk-outbox',
  imports: [Icon, Logo, RouterLink, RouterLinkActive, RouterOutlet, Skeleton, StaleStrip, State, Tag, Time],
  templateUrl: './outbox.html',
  styleUrl: './outbox.scss',
  providers: [OutboxList],
  host: { '[class.reading]': 'reading()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Outbox {
  protected readonly desk = deskName();
  private readonly title = inject(Title);
  protected readonly list = inject(OutboxList);

  /** A mail is open beside the list, or on a phone in its place. */
  protected readonly reading = signal(false);
  protected readonly waiting = skeletonFor(() => !this.list.items() && !this.list.problem());
  protected readonly count = computed(() => {
    const items = this.list.items();
    return items ? `${items.length}${this.list.next() ? '+' : ''}` : '';
  });

  protected onClosed(): void {
    this.reading.set(false);
    this.title.setTitle(`Outbox · ${this.desk}`);
  }
}
