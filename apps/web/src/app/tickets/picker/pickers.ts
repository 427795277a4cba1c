import { BreakpointObserver } from '@angular/cdk/layout';
import {
  Overlay,
  type ConnectedPosition,
  type FlexibleConnectedPositionStrategyOrigin,
  type OverlayConfig,
} from '@angular/cdk/overlay';
import { ComponentPortal } from '@angular/cdk/portal';
import { Injectable, Injector, inject } from '@angular/core';
import { NavigationStart, Router } from '@angular/router';
import { filter } from 'rxjs';
import { PICKER, PickerPanel } from './picker-panel';
import type { PickerConfig } from './picker-option';

const POSITIONS: ConnectedPosition[] = [
  { originX: 'start', originY: 'bottom', overlayX: 'start', overlayY: 'top', offsetY: 4 },
  { originX: 'end', originY: 'bottom', overlayX: 'end', overlayY: 'top', offsetY: 4 },
  { originX: 'start', originY: 'top', overlayX: 'start', overlayY: 'bottom', offsetY: -4 },
  { originX: 'end', originY: 'top', overlayX: 'end', overlayY: 'bottom', offsetY: -4 },
];

/** Opens lists to choose from, beside what they belong to; on phones they rise from the bottom. */
@Injectable({ providedIn: 'root' })
export class Pickers {
  private readonly overlay = inject(Overlay);
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  private readonly breakpoints = inject(BreakpointObserver);

  /** One value, or null when nothing was chosen. */
  async one(origin: FlexibleConnectedPositionStrategyOrigin, config: PickerConfig): Promise<string | null> {
    return (await this.open(origin, config))?.[0] ?? null;
  }

  /** The ticked values, or null when Escape left them as they were. */
  many(
    origin: FlexibleConnectedPositionStrategyOrigin,
    config: Omit<PickerConfig, 'multiple'>,
  ): Promise<string[] | null> {
    return this.open(origin, { ...config, multiple: true });
  }

  private open(
    origin: FlexibleConnectedPositionStrategyOrigin,
    config: PickerConfig,
  ): Promise<string[] | null> {
    const focused = document.activeElement;
    const overlay = this.overlay.create(this.place(origin));
    return new Promise((resolve) => {
      // What it belongs to goes away.
      const leaving = this.router.events
        .pipe(filter((event) => event instanceof NavigationStart))
        .subscribe(() => close(null));
      const close = (chosen: string[] | null) => {
        leaving.unsubscribe();
        overlay.dispose();
        if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
        resolve(chosen);
      };
      const providers = [{ provide: PICKER, useValue: { config, close } }];
      const portal = new ComponentPortal(
        PickerPanel,
        null,
        Injector.create({ providers, parent: this.injector }),
      );
      const panel = overlay.attach(portal);
      overlay.backdropClick().subscribe(() => panel.instance.accept());
    });
  }

  private place(origin: FlexibleConnectedPositionStrategyOrigin): OverlayConfig {
    const common = { hasBackdrop: true, scrollStrategy: this.overlay.scrollStrategies.reposition() };
    if (this.breakpoints.isMatched('(width < 640px)')) {
      const positionStrategy = this.overlay.position().global().bottom('0').left('0');
      return { ...common, positionStrategy, width: '100%', maxHeight: '70vh' };
    }
    const positionStrategy = this.overlay
      .position()
      .flexibleConnectedTo(origin)
      .withPositions(POSITIONS)
      .withFlexibleDimensions(false)
      .withPush(true)
      .withViewportMargin(8);
    const backdropClass = 'cdk-overlay-transparent-backdrop';
    return { ...common, positionStrategy, backdropClass, width: 260, maxHeight: 360 };
  }
}
