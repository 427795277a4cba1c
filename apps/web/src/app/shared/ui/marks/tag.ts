import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { Icon } from '../icon/icon';

/** A tag; with `removable`, a button that takes it off. */
@Component({
  selector: 'desk-tag',
  imports: [Icon],
  template: `
    <bdi>{{ name() }}</bdi>
    @if (removable()) {
      <button type="button" [attr.aria-label]="'Remove tag ' + name()" (click)="removed.emit()">
        <desk-icon name="x" size="small" />
      </button>
    }
  `,
  styleUrl: './tag.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Tag {
  readonly name = input.required<string>();
  readonly removable = input(false);
  readonly removed = output();
}
