import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { DomSanitizer } from '@angular/platform-browser';
import { ICONS, type IconName } from './icons';

/** A Lucide icon, decoration only: whoever uses it says the word. 16 px unless the size says otherwise. */
@Component({
  selector: 'desk-icon',
  template: '',
  styleUrl: './icon.scss',
  host: { 'aria-hidden': 'true', '[class]': 'size()', '[innerHTML]': 'markup()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Icon {
  private readonly sanitizer = inject(DomSanitizer);

  readonly name = input.required<IconName>();
  /** small 14 px, medium 16 px, large 20 px, huge 26 px. */
  readonly size = input<'small' | 'medium' | 'large' | 'huge'>('medium');

  /** The markup is a constant of the build, never data, and so is trusted as it stands. */
  protected readonly markup = computed(() => this.sanitizer.bypassSecurityTrustHtml(ICONS[this.name()]));
}
