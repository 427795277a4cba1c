import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Session } from '../../session/session';
import { Maintenance } from '../../shared/http/maintenance';
import { Clock } from '../../shared/time/clock';
import { fullDate, until } from '../../shared/time/words';
import { Icon } from '../../shared/ui/icon/icon';

/** What goes on during maintenance, what waits, until when as far as that is known, and the operator's words. */
@Component({
  selector: 'desk-maintenance-words',
  imports: [Icon],
  templateUrl: './maintenance-words.html',
  styleUrl: './maintenance-words.scss',
  host: { '[hidden]': '!notice()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MaintenanceWords {
  private readonly clock = inject(Clock);
  private readonly session = inject(Session);

  protected readonly notice = inject(Maintenance).notice;
  protected readonly isGuest = computed(() => this.session.user() === null);
  /** Null where nobody knows, or where it takes longer than was meant. */
  protected readonly end = computed(() => {
    const iso = this.notice()?.until;
    if (!iso || Date.parse(iso) <= this.clock.now()) return null;
    return { iso, words: until(iso, this.clock.now()), full: fullDate(iso) };
  });
  protected readonly isLate = computed(() => Boolean(this.notice()?.until) && !this.end());
}
