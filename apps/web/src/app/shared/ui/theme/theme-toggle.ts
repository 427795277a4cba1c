import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { Icon } from '../icon/icon';
import type { IconName } from '../icon/icons';
import { Theme, type ThemeChoice } from './theme';

const CHOICES: { choice: ThemeChoice; word: string; icon: IconName }[] = [
  { choice: 'system', word: 'System', icon: 'monitor' },
  { choice: 'light', word: 'Light', icon: 'sun' },
  { choice: 'dark', word: 'Dark', icon: 'moon' },
];

/** Three ways to see the product, as one group of radio buttons. */
@Component({
  selector: 'desk-theme-toggle',
  imports: [Icon],
  templateUrl: './theme-toggle.html',
  styleUrl: './theme-toggle.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ThemeToggle {
  protected readonly theme = inject(Theme);
  protected readonly choices = CHOICES;
}
