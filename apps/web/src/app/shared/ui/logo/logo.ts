import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** The product's mark: an arrow lifting off a line. */
@Component({
  selector: 'desk-logo',
  template: `
    <svg
      viewBox="0 0 14 14"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d="M2.2 11.6h9.6M7 8.6V2.2M4 5l3-2.9L10 5" />
    </svg>
  `,
  styleUrl: './logo.scss',
  host: { 'aria-hidden': 'true', '[class]': '"size-" + size()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Logo {
  readonly size = input<22 | 34>(22);
}
