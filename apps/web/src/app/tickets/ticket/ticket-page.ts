import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TicketView } from './ticket-view';

/** The address of one ticket. Each gets a page of its own, so that no state of one can reach the next. */
@Component({
  selector: 'desk-ticket-page',
  imports: [TicketView],
  template: `
    @for (ref of [id()]; track ref) {
      <desk-ticket-view [ref]="ref" />
    }
  `,
  styleUrl: './ticket-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TicketPage {
  /** Number or id, from the address. */
  readonly id = input.required<string>();
}
