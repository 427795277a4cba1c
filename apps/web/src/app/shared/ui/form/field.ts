import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Icon } from '../icon/icon';

let lastId = 0;

/**
 * A label above, a control, and under it a hint or the fault. The control inside carries `deskControl`:
 * `<desk-field label="Email" [fault]="fault()"><input deskControl type="email" /></desk-field>`.
 * `<a aside>` stands at the label's right.
 */
@Component({
  selector: 'desk-field',
  imports: [Icon],
  templateUrl: './field.html',
  host: { class: 'field' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Field {
  readonly label = input.required<string>();
  readonly hint = input('');
  /** What is wrong with the value, or null. */
  readonly fault = input<string | null>(null);
  readonly optional = input(false);

  readonly id = `field-${++lastId}`;
  readonly helpId = computed(() => (this.fault() || this.hint() ? `${this.id}-help` : null));
}
