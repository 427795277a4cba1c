import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import type { TicketEvent } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';
import { eventWords } from '../ticket/event-words';
import { settled } from '../ticket/timeline';

const SHOWN = 8;

/** Who did what, the newest first. */
@Component({
  selector: 'desk-log-block',
  imports: [Icon, Time],
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
  /** Oldest first, as the API gives them. */
  readonly events = input.required<readonly TicketEvent[]>();

  protected readonly whole = signal(false);
  private readonly newestFirst = computed(() => settled(this.events()).reverse());
  protected readonly shown = computed(() => {
    const events = this.whole() ? this.newestFirst() : this.newestFirst().slice(0, SHOWN);
    return events.map((event) => ({ event, ...eventWords(event) }));
  });
  protected readonly hidden = computed(() => this.newestFirst().length - this.shown().length);
}
