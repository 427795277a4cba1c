import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/**
 * Rows in the shape of those expected, shown after 150 ms only. `shape` picks the drawing; the host says
 * `aria-busy` and reads "Loading" to screen readers.
 */
@Component({
  selector: 'desk-skeleton',
  template: `
    <span class="sr-only" role="status">Loading</span>
    @for (width of widths(); track $index) {
      <div class="line" aria-hidden="true">
        @if (shape() !== 'text') {
          <i class="mark"></i>
        }
        <div class="words">
          <i class="bar" [style.width.%]="width"></i>
          <i class="bar thin" [style.width.%]="width * 0.6 + 20"></i>
        </div>
      </div>
    }
  `,
  styleUrl: './skeleton.scss',
  host: { 'aria-busy': 'true', '[class]': 'shape()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Skeleton {
  readonly rows = input(5);
  /** `rows`: 50 px list rows; `cards`: the portal's roomier rows; `text`: a paragraph or a form. */
  readonly shape = input<'rows' | 'cards' | 'text'>('rows');

  protected readonly widths = computed(() =>
    Array.from({ length: this.rows() }, (_, i) => 32 + ((i * 37) % 34)),
  );
}
