import { Dialog } from '@angular/cdk/dialog';
import { Injectable, Injector, inject } from '@angular/core';

/** Opens the command palette; it is a bundle of its own. */
@Injectable()
export class Palettes {
  private readonly dialog = inject(Dialog);
  private readonly injector = inject(Injector);

  /** No dialog is open, so that the palette may be. */
  isFree(): boolean {
    return this.dialog.openDialogs.length === 0;
  }

  async open(): Promise<void> {
    const { openPalette } = await import('./palette');
    openPalette(this.dialog, this.injector);
  }
}
