import { Dialog } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, ElementRef, effect, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterOutlet } from '@angular/router';
import { filter, map, pairwise } from 'rxjs';
import { Session } from './session/session';
import { useShortcuts } from './shared/ui/shortcuts/shortcuts';
import { State } from './shared/ui/state/state';
import { loadPart } from './shared/ui/toast/load-part';
import { ToastOutlet } from './shared/ui/toast/toast-outlet';
import { Toaster } from './shared/ui/toast/toaster';
import { MaintenanceNotice } from './shell/maintenance/maintenance-notice';

/** The root: whichever page the address names, a maintenance, the toasts, and the way back in when a session has ended. */
@Component({
  selector: 'desk-root',
  imports: [MaintenanceNotice, RouterOutlet, State, ToastOutlet],
  templateUrl: './app.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class App {
  private readonly dialog = inject(Dialog);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly toaster = inject(Toaster);
  protected readonly session = inject(Session);

  constructor() {
    useShortcuts('Anywhere', [{ keys: '?', label: 'All keys', run: () => void this.showAllKeys() }]);
    effect(() => {
      if (this.session.state() === 'ended') void this.askToSignInAgain();
    });
    this.focusEachNewPage();
  }

  protected async showAllKeys(): Promise<void> {
    const part = await loadPart(() => import('./shared/ui/shortcuts/all-keys'), this.toaster);
    part?.openAllKeys(this.dialog);
  }

  private async askToSignInAgain(): Promise<void> {
    const part = await loadPart(() => import('./session/sign-in-again/sign-in-again'), this.toaster);
    part?.openSignInAgain(this.dialog);
  }

  /** A new path is a new page: its main region takes the focus, so that screen readers begin there. Filters do not. */
  private focusEachNewPage(): void {
    const paths = inject(Router).events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects.split(/[?#]/)[0]),
      pairwise(),
      filter(([before, now]) => before !== now),
      takeUntilDestroyed(),
    );
    paths.subscribe(() => {
      if (this.host.nativeElement.contains(document.activeElement?.closest('main') ?? null)) return;
      this.host.nativeElement.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
    });
  }
}
