import { ChangeDetectionStrategy, Component, input, model, signal } from '@angular/core';
import { Icon } from '../icon/icon';
import { Control } from './control';

/** A password with a button that shows it; stands inside a `<desk-field>`. */
@Component({
  selector: 'desk-password',
  imports: [Control, Icon],
  template: `
    <div class="input">
      <input
        #field
        deskControl
        [bare]="true"
        [type]="shown() ? 'text' : 'password'"
        [autocomplete]="autocomplete()"
        [value]="value()"
        spellcheck="false"
        autocapitalize="none"
        (input)="value.set(field.value)"
      />
      <button
        type="button"
        class="icon-btn"
        [attr.aria-label]="shown() ? 'Hide password' : 'Show password'"
        (click)="shown.set(!shown())"
      >
        <desk-icon [name]="shown() ? 'eye-off' : 'eye'" />
      </button>
    </div>
  `,
  styleUrl: './password.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Password {
  readonly value = model('');
  readonly autocomplete = input<'current-password' | 'new-password'>('current-password');
  protected readonly shown = signal(false);
}
