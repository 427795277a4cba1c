import { LiveAnnouncer } from '@angular/cdk/a11y';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  signal,
  untracked,
} from '@angular/core';
import { Icon } from '../icon/icon';
import { Kbd } from '../marks/kbd';
import { useShortcuts } from '../shortcuts/shortcuts';
import { Toaster } from './toaster';

const SECONDS = 10;

/** Where toasts appear. The ring counts 10 s and stops while the pointer or the focus is on it. */
@Component({
  selector: 'desk-toast-outlet',
  imports: [Icon, Kbd],
  templateUrl: './toast-outlet.html',
  styleUrl: './toast-outlet.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ToastOutlet {
  private readonly announcer = inject(LiveAnnouncer);
  protected readonly toaster = inject(Toaster);

  private readonly held = signal(false);
  protected readonly left = signal(SECONDS);
  protected readonly toast = this.toaster.current;
  protected readonly ring = computed(() => `${(this.left() / SECONDS) * 44} 44`);

  constructor() {
    useShortcuts('Anywhere', [
      { keys: 'z', label: 'Undo', run: () => this.toaster.undo(), when: () => !!this.toast()?.undo },
    ]);
    effect((onCleanup) => {
      const toast = this.toast();
      untracked(() => this.begin());
      if (!toast) return;
      const offer = toast.undo ? '. Press Z to undo' : '';
      void this.announcer.announce(toast.text + offer, toast.kind === 'error' ? 'assertive' : 'polite');
      if (toast.kind === 'error') return;
      const timer = setInterval(() => this.tick(toast.id), 1000);
      onCleanup(() => clearInterval(timer));
    });
  }

  protected hold(held: boolean): void {
    this.held.set(held);
  }

  protected act(): void {
    const toast = this.toast();
    if (!toast?.action) return;
    this.toaster.dismiss(toast.id);
    toast.action.run();
  }

  private begin(): void {
    this.left.set(SECONDS);
    this.held.set(false);
  }

  private tick(id: number): void {
    if (this.held()) return;
    this.left.update((left) => left - 1);
    if (this.left() <= 0) this.toaster.dismiss(id);
  }
}
