import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, RouterLink } from '@angular/router';
import { computed } from '@angular/core';
import { Icon } from '../../shared/ui/icon/icon';
import { readFilters, writeFilters } from '../data/ticket-filters';
import { VIEWS, viewOf } from '../data/views';
import { DeskLayout } from './desk-layout';

const SHORT: Readonly<Record<string, string>> = { open: 'Queue', mine: 'Mine', unassigned: 'Unassigned' };

/** The three lists of a phone, and the way to the others. */
@Component({
  selector: 'desk-tab-bar',
  imports: [Icon, RouterLink],
  template: `
    @for (tab of tabs; track tab.id) {
      <a
        routerLink="/tickets"
        [queryParams]="tab.params"
        [class.on]="current() === tab.id"
        [attr.aria-current]="current() === tab.id ? 'page' : null"
      >
        <desk-icon [name]="tab.icon" size="large" />
        {{ tab.name }}
      </a>
    }
    <button type="button" aria-haspopup="dialog" (click)="layout.drawerOpen.set(true)">
      <desk-icon name="ellipsis" size="large" />
      More
    </button>
  `,
  styleUrl: './tab-bar.scss',
  host: { role: 'navigation', 'aria-label': 'Lists' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TabBar {
  protected readonly layout = inject(DeskLayout);
  protected readonly tabs = ['open', 'mine', 'unassigned'].flatMap((id) =>
    VIEWS.filter((view) => view.id === id).map((view) => ({
      id: view.id,
      icon: view.icon,
      name: SHORT[id],
      params: writeFilters(view.filters),
    })),
  );
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  protected readonly current = computed(() => viewOf(readFilters(this.params()))?.id ?? null);
}
