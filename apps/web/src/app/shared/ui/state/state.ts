import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { Problem } from '../../http/problem';
import { Icon } from '../icon/icon';
import type { IconName } from '../icon/icons';
import { CopyId } from './copy-id';
import { retryCountdown } from './retry-countdown';

/**
 * What a list or page shows instead of its rows: nothing here, or what went wrong with a way on.
 * The step for an empty state is projected: `<desk-state …><button class="btn">Drop “tag”</button></desk-state>`.
 */
@Component({
  selector: 'desk-state',
  imports: [Icon, CopyId],
  templateUrl: './state.html',
  styleUrl: './state.scss',
  host: { '[class.error]': '!!problem()', '[attr.role]': 'problem() ? "alert" : null' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class State {
  readonly icon = input<IconName>('inbox');
  readonly heading = input('');
  readonly text = input('');
  /** An error instead of an empty list; heading and text then default to the problem's own words. */
  readonly problem = input<Problem | null>(null);
  /** Somebody pressed *Try again*. */
  readonly retried = output();

  protected readonly seconds = retryCountdown(this.problem, () => this.retried.emit());
  protected readonly glyph = computed((): IconName => {
    const problem = this.problem();
    if (!problem) return this.icon();
    return problem.code === 'offline' ? 'wifi-off' : 'circle-alert';
  });
}
