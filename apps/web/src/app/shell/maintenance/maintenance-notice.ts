import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  ViewContainerRef,
  effect,
  inject,
  viewChild,
} from '@angular/core';
import { Session } from '../../session/session';
import { Maintenance } from '../../shared/http/maintenance';
import { loadPart } from '../../shared/ui/toast/load-part';
import { Toaster } from '../../shared/ui/toast/toaster';

/**
 * At the foot of every page while the desk is in maintenance. The pages end above it (`--desk-foot`), so that it covers
 * nothing and what is read stays where it is. Its words come when they are needed, which is not often.
 */
@Component({
  selector: 'desk-maintenance-notice',
  template: '<ng-container #place />',
  styles: ':host { position: fixed; inset: auto 0 0; z-index: 20 }',
  host: { role: 'status' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MaintenanceNotice {
  private readonly maintenance = inject(Maintenance);
  private readonly session = inject(Session);
  private readonly toaster = inject(Toaster);
  private readonly place = viewChild.required('place', { read: ViewContainerRef });

  constructor() {
    this.maintenance.watch();
    effect(() => {
      if (this.maintenance.isOn()) void this.show();
    });
    this.maintenance.whenOver(() => {
      this.toaster.show({ text: `${this.session.user() ? 'Writing' : 'Signing in'} works again` });
    });
    this.liftPages();
  }

  private async show(): Promise<void> {
    const part = await loadPart(() => import('./maintenance-words'), this.toaster);
    if (part && this.place().length === 0) this.place().createComponent(part.MaintenanceWords);
  }

  private liftPages(): void {
    const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    const { style } = document.documentElement;
    const size = new ResizeObserver(() => style.setProperty('--desk-foot', `${host.offsetHeight}px`));
    size.observe(host);
    inject(DestroyRef).onDestroy(() => size.disconnect());
  }
}
