import { Dialog, DialogRef } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Icon } from '../icon/icon';
import { Kbd } from '../marks/kbd';
import { Shortcuts } from './shortcuts';

/** The list behind `?`: every key that works on the page as it stands. */
@Component({
  selector: 'desk-all-keys',
  imports: [Icon, Kbd],
  templateUrl: './all-keys.html',
  styleUrl: './all-keys.scss',
  host: { class: 'dialog' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AllKeys {
  private readonly shortcuts = inject(Shortcuts);
  protected readonly dialog = inject<DialogRef>(DialogRef);
  protected readonly enabled = this.shortcuts.enabled;

  /** Groups of the same name become one. */
  protected readonly groups = computed(() => {
    const merged = new Map<string, { keys: string; label: string }[]>();
    for (const group of this.shortcuts.groups()) {
      merged.set(group.name, [...(merged.get(group.name) ?? []), ...group.shortcuts]);
    }
    return [...merged].map(([name, keys]) => ({ name, keys }));
  });
}

/** Opens the list of all keys. */
export function openAllKeys(dialog: Dialog): void {
  dialog.open(AllKeys, { ariaLabel: 'All keys', width: 'min(640px, calc(100vw - 24px))' });
}
