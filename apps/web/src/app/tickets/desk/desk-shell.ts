import { A11yModule } from '@angular/cdk/a11y';
import { ChangeDetectionStrategy, Component, ElementRef, inject } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { useShortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { writeFilters } from '../data/ticket-filters';
import { TicketList } from '../data/ticket-list';
import { VIEWS } from '../data/views';
import { TO_SEARCH } from '../queue/to-search';
import { DeskLayout } from './desk-layout';
import { Palettes } from '../palette/palettes';
import { Rail } from './rail';

/** The frame of the agent's side: rail or drawer, and the page beside it. */
@Component({
  selector: 'desk-shell',
  imports: [A11yModule, Rail, RouterOutlet],
  templateUrl: './desk-shell.html',
  styleUrl: './desk-shell.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DeskShell {
  private readonly router = inject(Router);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly list = inject(TicketList);
  private readonly palettes = inject(Palettes);
  protected readonly layout = inject(DeskLayout);

  constructor() {
    const views = VIEWS.flatMap((view) =>
      view.keys
        ? {
            keys: view.keys,
            label: `Go to ${view.name}`,
            run: () => void this.router.navigate(['/tickets'], { queryParams: writeFilters(view.filters) }),
          }
        : [],
    );
    useShortcuts('Anywhere', [
      {
        keys: 'Mod+k',
        label: 'Commands',
        run: () => void this.palettes.open(),
        when: () => this.palettes.isFree(),
      },
      { keys: '/', label: 'Search', run: () => this.search() },
      { keys: 'c', label: 'New ticket', run: () => void this.router.navigate(['/tickets/new']) },
      ...views,
      { keys: 'b', label: 'Fold or unfold the rail', run: () => this.layout.toggleRail() },
    ]);
  }

  /** From any page to the list that was shown last, with the caret in its search. */
  private search(): void {
    void this.router.navigate(['/tickets'], {
      queryParams: writeFilters(this.list.filters()),
      info: TO_SEARCH,
    });
  }

  protected skip(): void {
    this.host.nativeElement.querySelector('main')?.focus();
  }
}
