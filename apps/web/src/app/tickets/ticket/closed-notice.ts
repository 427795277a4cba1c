import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Ticket } from '@liftdesk/api-client';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';

/** Stands where the editor was: a closed ticket takes no reply. */
@Component({
  selector: 'desk-closed-notice',
  imports: [Icon, RouterLink, Time],
  template: `
    <desk-icon name="archive" />
    <span class="words">
      <span class="strong">This ticket is closed</span>
      @if (ticket().closedAt; as at) {
        <span class="text-3">
          since
          <desk-time [at]="at" look="moment" />
        </span>
      }
    </span>
    <button type="button" class="btn" (click)="reopened.emit()">Reopen</button>
    <a class="btn" routerLink="/tickets/new" [queryParams]="{ followUpOf: ticket().number }">
      Open a follow-up
    </a>
  `,
  styleUrl: './closed-notice.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ClosedNotice {
  readonly ticket = input.required<Ticket>();
  readonly reopened = output();
}
