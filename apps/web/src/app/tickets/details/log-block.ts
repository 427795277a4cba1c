import { ChangeDetectionStrategy, Component, computed, input, output, signal } from '@angular/core';
import type { TicketEvent } from '@liftdesk/api-client';
import { deskName } from '../../shared/config/client-config';
import type { Problem } from '../../shared/http/problem';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';
import { NotLoaded } from '../../shared/ui/state/not-loaded';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { eventWords } from '../ticket/event-words';
import { settled } from '../ticket/timeline';

const SHOWN = 8;

/** Who did what, the newest first. */
@Component({
  selector: 'desk-log-block',
  imports: [Icon, NotLoaded, Skeleton, Time],
  template: `
    <section>
      <h2>Log</h2>
      @for (line of shown(); track line.event.id) {
        <div class="entry">
          <desk-icon class="text-3" [name]="line.icon" size="small" />
          <span class="words">
            {{ line.who }} {{ line.did }}
            <bdi>{{ line.what }}</bdi>
          </span>
          <desk-time class="text-3" [at]="line.event.createdAt" look="moment" />
        </div>
      } @empty {
        @if (loaded()) {
          <p class="support text-3">Nothing has been changed yet</p>
        } @else if (!problem()) {
          <desk-skeleton shape="text" [rows]="2" />
        }
      }
      @if (problem(); as fault) {
        <desk-not-loaded what="The log" [problem]="fault" (retried)="retried.emit()" />
      }
      @if (hidden() > 0) {
        <button type="button" class="btn quiet small" (click)="whole.set(true)">
          Show {{ hidden() }} more
        </button>
      }
    </section>
  `,
  styleUrl: './blocks.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class LogBlock {
  private readonly desk = deskName();
  /** Oldest first, as the API gives them. */
  readonly events = input.required<readonly TicketEvent[]>();
  readonly loaded = input(true);
  readonly problem = input<Problem | null>(null);
  readonly retried = output();

  protected readonly whole = signal(false);
  private readonly newestFirst = computed(() => settled(this.events()).reverse());
  protected readonly shown = computed(() => {
    const events = this.whole() ? this.newestFirst() : this.newestFirst().slice(0, SHOWN);
    return events.map((event) => ({ event, ...eventWords(event, this.desk) }));
  });
  protected readonly hidden = computed(() => this.newestFirst().length - this.shown().length);
}
