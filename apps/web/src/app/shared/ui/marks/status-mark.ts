import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { TicketStatus } from '@liftdesk/api-client';

export const STATUS_WORDS: Readonly<Record<TicketStatus, string>> = {
  new: 'New',
  open: 'Open',
  pending: 'Pending',
  solved: 'Solved',
  closed: 'Closed',
};

/** What a customer reads: plain words, never the state's name. */
export const CUSTOMER_STATUS_WORDS: Readonly<Record<TicketStatus, string>> = {
  new: 'Received',
  open: 'With our team',
  pending: 'Your turn',
  solved: 'Solved',
  closed: 'Closed',
};

/** A ticket's status as shape and word; colour comes third. */
@Component({
  selector: 'desk-status',
  templateUrl: './status-mark.html',
  styleUrl: './marks.scss',
  host: { '[class]': 'classes()', '[attr.title]': 'look() === "glyph" ? word() : null' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StatusMark {
  readonly status = input.required<TicketStatus>();
  /** `glyph` (word for screen readers and as tooltip), `word`, or `pill`. */
  readonly look = input<'glyph' | 'word' | 'pill'>('word');
  /** The customer's words instead of the team's, with rounder pills. */
  readonly forCustomer = input(false);

  protected readonly word = computed(
    () => (this.forCustomer() ? CUSTOMER_STATUS_WORDS : STATUS_WORDS)[this.status()],
  );
  protected readonly classes = computed(
    () => `status ${this.status()} ${this.look()}${this.forCustomer() ? ' customer' : ''}`,
  );
}
