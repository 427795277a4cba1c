import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import type { Problem } from '../../http/problem';
import { Time } from '../../time/time';
import { Icon } from '../icon/icon';
import { CopyId } from './copy-id';
import { retryCountdown } from './retry-countdown';

/** Over what is still shown although it could not be looked at again: why, and how old it is. */
@Component({
  selector: 'desk-stale-strip',
  imports: [CopyId, Icon, Time],
  template: `
    <desk-icon [name]="problem().code === 'offline' ? 'wifi-off' : 'circle-alert'" />
    <span class="words">
      {{ problem().title }}. This is {{ what() }} from
      <desk-time [at]="at()" look="moment" />
    </span>
    @if (problem().requestId; as id) {
      <desk-copy-id [id]="id" />
    }
    <button type="button" class="btn small" (click)="retried.emit()">
      Try again
      @if (seconds() > 0) {
        <span class="num text-2" aria-hidden="true">in {{ seconds() }} s</span>
      }
    </button>
  `,
  styleUrl: './stale-strip.scss',
  host: { role: 'status' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StaleStrip {
  readonly problem = input.required<Problem>();
  /** `the list`, `the conversation` */
  readonly what = input.required<string>();
  /** ISO 8601: when the server last answered. */
  readonly at = input.required<string>();
  readonly retried = output();
  protected readonly seconds = retryCountdown(this.problem, () => this.retried.emit());
}
