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

  /** Groups of the same name become one, and so do keys that do the same. */
  protected readonly groups = computed(() => {
    const merged = new Map<string, Map<string, Set<string>>>();
    for (const { name, shortcuts } of this.shortcuts.groups()) {
      const deeds = merged.get(name) ?? new Map<string, Set<string>>();
      for (const { label, keys } of shortcuts) deeds.set(label, (deeds.get(label) ?? new Set()).add(keys));
      merged.set(name, deeds);
    }
    return [...merged].map(([name, deeds]) => ({
      name,
      deeds: [...deeds].map(([label, keys]) => ({ label, keys: [...keys] })),
    }));
  });
}

/** Opens the list of all keys. */
export function openAllKeys(dialog: Dialog): void {
  dialog.open(AllKeys, { ariaLabel: 'All keys', width: 'min(640px, calc(100vw - 24px))' });
}
