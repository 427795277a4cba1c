import { BreakpointObserver } from '@angular/cdk/layout';
import { Injectable, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed, toSignal } from '@angular/core/rxjs-interop';
import { NavigationStart, Router } from '@angular/router';
import { filter, map } from 'rxjs';
import { readSetting, writeSetting } from '../../shared/ui/device/settings';

/** How wide the rail and the details panel are, remembered on this device. */
@Injectable()
export class DeskLayout {
  private readonly breakpoints = inject(BreakpointObserver);
  private readonly rail = signal(readSetting('rail'));
  private readonly panel = signal(readSetting('details'));
  private readonly narrow = this.matches('(width < 1280px)');

  /** No room for a rail: it comes as a drawer. */
  readonly drawer = this.matches('(width < 1024px)');
  readonly phone = this.matches('(width < 640px)');
  readonly drawerOpen = signal(false);
  /** The page that is shown wants the room (a ticket). */
  readonly compact = signal(false);
  readonly folded = computed(() => {
    const chosen = this.rail();
    if (this.narrow() || chosen === 'folded') return !this.drawer();
    return this.compact() && chosen !== 'open' && !this.drawer();
  });

  /** The details panel has no room beside the conversation and slides over it. */
  readonly panelOver = this.narrow;
  private readonly panelOverOpen = signal(false);
  readonly panelOpen = computed(() => (this.panelOver() ? this.panelOverOpen() : this.panel() !== 'closed'));

  constructor() {
    const leaving = inject(Router).events.pipe(
      filter((event) => event instanceof NavigationStart),
      takeUntilDestroyed(),
    );
    leaving.subscribe(() => this.drawerOpen.set(false));
  }

  toggleRail(): void {
    if (this.drawer()) return this.drawerOpen.update((open) => !open);
    this.rail.set(this.folded() ? 'open' : 'folded');
    writeSetting('rail', this.rail());
  }

  togglePanel(): void {
    if (this.panelOver()) return this.panelOverOpen.update((open) => !open);
    this.panel.set(this.panelOpen() ? 'closed' : null);
    writeSetting('details', this.panel());
  }

  /** Takes the sliding panel away, for the next ticket. */
  closePanelOver(): void {
    this.panelOverOpen.set(false);
  }

  private matches(query: string) {
    return toSignal(this.breakpoints.observe(query).pipe(map((state) => state.matches)), {
      initialValue: this.breakpoints.isMatched(query),
    });
  }
}
