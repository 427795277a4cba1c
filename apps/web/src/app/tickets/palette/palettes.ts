import { Dialog } from '@angular/cdk/dialog';
import { Injectable, Injector, inject } from '@angular/core';
import { loadPart } from '../../shared/ui/toast/load-part';
import { Toaster } from '../../shared/ui/toast/toaster';

/** Opens the command palette; it is a bundle of its own. */
@Injectable()
export class Palettes {
  private readonly dialog = inject(Dialog);
  private readonly injector = inject(Injector);
  private readonly toaster = inject(Toaster);

  /** No dialog is open, so that the palette may be. */
  isFree(): boolean {
    return this.dialog.openDialogs.length === 0;
  }

  async open(): Promise<void> {
    const part = await loadPart(() => import('./palette'), this.toaster);
    part?.openPalette(this.dialog, this.injector);
  }
}
