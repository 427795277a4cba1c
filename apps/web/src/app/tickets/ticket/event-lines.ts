import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import type { TicketEvent } from '@liftdesk/api-client';
import { deskName } from '../../shared/config/client-config';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';
import { eventWords } from './event-words';

const FOLDED_FROM = 3;

/** Changes between two messages, a line each; three and more are one line until it is opened. */
@Component({
  selector: 'desk-event-lines',
  imports: [Icon, Time],
  template: `
    @if (folds()) {
      <button type="button" class="line" [attr.aria-expanded]="open()" (click)="open.set(!open())">
        <desk-icon [name]="open() ? 'chevron-down' : 'chevron-right'" size="small" />
        <b>{{ events().length }} changes</b>
        <span class="cut">{{ names() }}</span>
        <span class="spacer"></span>
        <desk-time [at]="lastAt()" look="moment" />
      </button>
    }
    @if (!folds() || open()) {
      @for (line of lines(); track line.event.id) {
        <div class="line" [class.inner]="folds()">
          <desk-icon [name]="line.icon" size="small" />
          <span class="words">
            <b>{{ line.who }}</b>
            {{ line.did }}
            <bdi>
              <b>{{ line.what }}</b>
            </bdi>
          </span>
          <span class="spacer"></span>
          <desk-time [at]="line.event.createdAt" look="moment" />
        </div>
      }
    }
  `,
  styleUrl: './event-lines.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EventLines {
  private readonly desk = deskName();
  readonly events = input.required<readonly TicketEvent[]>();

  protected readonly open = signal(false);
  protected readonly folds = computed(() => this.events().length >= FOLDED_FROM);
  protected readonly lines = computed(() =>
    this.events().map((event) => ({ event, ...eventWords(event, this.desk) })),
  );
  protected readonly names = computed(
    () => `by ${[...new Set(this.lines().map((line) => line.who))].join(', ')}`,
  );
  protected readonly lastAt = computed(() => this.events().at(-1)?.createdAt ?? '');
}
