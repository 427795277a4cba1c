import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import type { Problem } from '../../http/problem';
import { Icon } from '../icon/icon';
import { CopyId } from '../state/copy-id';

/** What a whole form came to when no single field is to blame. */
@Component({
  selector: 'desk-refusal',
  imports: [CopyId, Icon],
  template: `
    @if (problem(); as fault) {
      <div class="banner error" role="alert">
        <desk-icon name="circle-alert" />
        <div>
          <div class="strong">{{ heading() || fault.title }}</div>
          <div class="text-2">{{ text() || fault.detail }}</div>
          @if (fault.status >= 500 && fault.requestId) {
            <desk-copy-id [id]="fault.requestId" />
          }
        </div>
      </div>
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Refusal {
  readonly problem = input.required<Problem | null>();
  readonly heading = input('');
  readonly text = input('');
}
