import { Directive, inject, input } from '@angular/core';
import { Field } from './field';

/** Ties an input, textarea or select to the label, hint and fault of the `<desk-field>` around it. */
@Directive({
  selector: '[deskControl]',
  host: {
    '[class.input]': '!bare()',
    '[id]': 'field.id',
    '[attr.aria-describedby]': 'field.helpId()',
    '[attr.aria-invalid]': 'field.fault() ? "true" : null',
  },
})
export class Control {
  protected readonly field = inject(Field);
  /** The frame is drawn by an element around it. */
  readonly bare = input(false);
}
