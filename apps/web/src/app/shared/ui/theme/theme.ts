import { Injectable, signal } from '@angular/core';
import { readSetting, writeSetting } from '../device/settings';

export type ThemeChoice = 'system' | 'light' | 'dark';

/** Light, dark, or what the system says; remembered on this device. `public/theme.js` applies it before the first paint. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly chosen = signal<ThemeChoice>(asChoice(readSetting('theme')));
  readonly choice = this.chosen.asReadonly();

  choose(choice: ThemeChoice): void {
    this.chosen.set(choice);
    writeSetting('theme', choice === 'system' ? null : choice);
    document.documentElement.classList.remove('light', 'dark');
    if (choice !== 'system') document.documentElement.classList.add(choice);
  }
}

function asChoice(value: string | null): ThemeChoice {
  return value === 'light' || value === 'dark' ? value : 'system';
}
