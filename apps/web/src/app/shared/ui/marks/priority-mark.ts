import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { TicketPriority } from '@liftdesk/api-client';

export const PRIORITY_WORDS: Readonly<Record<TicketPriority, string>> = {
  low: 'Low',
  normal: 'Normal',
  high: 'High',
  urgent: 'Urgent',
};

const BARS: Readonly<Record<TicketPriority, number>> = { low: 1, normal: 2, high: 3, urgent: 0 };

/** A ticket's priority: one, two, three bars, or a filled square with a stroke for urgent. */
@Component({
  selector: 'desk-priority',
  templateUrl: './priority-mark.html',
  styleUrl: './marks.scss',
  host: {
    '[class]': '"priority " + priority() + " " + look()',
    '[attr.title]': 'look() === "glyph" ? word() + " priority" : null',
  },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PriorityMark {
  readonly priority = input.required<TicketPriority>();
  readonly look = input<'glyph' | 'word' | 'pill'>('word');

  protected readonly word = computed(() => PRIORITY_WORDS[this.priority()]);
  protected readonly bars = computed(() => BARS[this.priority()]);
}
