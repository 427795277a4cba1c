import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from './clock';
import { ago, date, fullDate, moment } from './words';

/** An instant in words that stay true while the page is open; the full date is the tooltip. */
@Component({
  selector: 'desk-time',
  template: `
    <time class="num" [attr.datetime]="at()" [title]="full()">{{ words() }}</time>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Time {
  private readonly clock = inject(Clock);

  /** ISO 8601. */
  readonly at = input.required<string>();
  /** `ago`: 12 min ago; `moment`: 3 Nov, 19:12; `date`: 2 November. */
  readonly look = input<'ago' | 'moment' | 'date'>('ago');

  protected readonly full = computed(() => fullDate(this.at()));
  protected readonly words = computed(() => {
    const style = { ago, moment, date }[this.look()];
    return style(this.at(), this.clock.now());
  });
}
