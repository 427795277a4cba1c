import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from '../../shared/time/clock';
import { fullDate, span } from '../../shared/time/words';
import { Icon } from '../../shared/ui/icon/icon';

const HOUR = 3_600_000;
const LONG = 4 * HOUR;
const TOO_LONG = 24 * HOUR;

/** How long the customer has waited for an answer: grey, from 4 h amber, from a day red, each with its own shape. */
@Component({
  selector: 'desk-waiting',
  imports: [Icon],
  template: `
    @if (words(); as text) {
      <span [class]="'mark num ' + level()" [title]="'Waiting since ' + full()">
        <desk-icon [name]="level() === 'over' ? 'triangle-alert' : 'clock'" size="small" />
        <span class="sr-only">Customer waits</span>
        {{ text }}
      </span>
    }
  `,
  styleUrl: './waiting.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Waiting {
  private readonly clock = inject(Clock);

  /** ISO 8601, null while nobody waits. */
  readonly since = input.required<string | null>();

  private readonly length = computed(() => {
    const since = this.since();
    return since ? Math.max(0, this.clock.now() - Date.parse(since)) : null;
  });
  protected readonly words = computed(() => {
    const length = this.length();
    return length === null ? '' : span(length);
  });
  protected readonly level = computed(() => {
    const length = this.length() ?? 0;
    if (length >= TOO_LONG) return 'over';
    return length >= LONG ? 'soon' : 'fine';
  });
  protected readonly full = computed(() => fullDate(this.since() ?? ''));
}
