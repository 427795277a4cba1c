import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { TicketEvent } from '@liftdesk/api-client';
import { Icon } from '../../shared/ui/icon/icon';
import type { Conflict } from '../data/ticket-actions';
import { type ChangedField, changedFields, fieldWord, valueWords } from '../data/ticket-change';

/** Another agent was first: what they changed, field by field, and the offer to set one's own all the same. */
@Component({
  selector: 'desk-conflict-strip',
  imports: [Icon],
  template: `
    <desk-icon name="users" />
    <div class="words">
      <div class="strong">{{ who() }} changed this ticket before you. You see the new state.</div>
      <ul>
        @for (line of theirs(); track line.field) {
          <li>
            {{ line.field }}:
            <s class="text-2">{{ line.before }}</s>
            <desk-icon name="arrow-right" size="small" />
            <span class="sr-only">became</span>
            <strong>{{ line.now }}</strong>
          </li>
        }
      </ul>
    </div>
    <button type="button" class="btn small" (click)="applied.emit()">Set {{ mine() }}</button>
    <button type="button" class="btn quiet small" (click)="dismissed.emit()">Leave it</button>
  `,
  styleUrl: './conflict-strip.scss',
  host: { role: 'alert' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ConflictStrip {
  readonly conflict = input.required<Conflict>();
  /** The ticket's log, for the name of who was first. */
  readonly events = input<readonly TicketEvent[]>([]);
  readonly applied = output();
  readonly dismissed = output();

  private readonly fields = computed(() => changedFields(this.conflict().before, this.conflict().current));
  protected readonly theirs = computed(() =>
    this.fields().map((field) => ({
      field: fieldWord(field),
      before: valueWords(field, this.conflict().before),
      now: valueWords(field, this.conflict().current),
    })),
  );
  protected readonly mine = computed(() =>
    (Object.keys(this.conflict().change) as ChangedField[])
      .map((field) => `${fieldWord(field).toLowerCase()} ${valueWords(field, this.conflict().change)}`)
      .join(', '),
  );
  protected readonly who = computed(() => {
    const last = this.events().findLast((event) => (this.fields() as string[]).includes(event.type));
    return last?.actor?.name ?? 'Somebody else';
  });
}
