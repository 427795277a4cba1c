import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';

/** When a ticket has to be done, in the product's own words; the device's own calendar sets it. */
@Component({
  selector: 'desk-due-date',
  imports: [Icon, Time],
  template: `
    <button type="button" class="words" (click)="pick(field)">
      <span class="sr-only">Due date, change:</span>
      @if (at(); as due) {
        <desk-time [at]="due" look="moment" />
      } @else {
        <span class="text-3">Not set</span>
      }
    </button>
    <input
      #field
      type="date"
      tabindex="-1"
      aria-label="Due date"
      [value]="day()"
      (change)="chosen.emit(endOfWork(field.value))"
    />
    @if (at()) {
      <button type="button" class="icon-btn" aria-label="Remove the due date" (click)="chosen.emit(null)">
        <desk-icon name="x" size="small" />
      </button>
    }
  `,
  styleUrl: './due-date.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DueDate {
  /** ISO 8601, null for none. */
  readonly at = input.required<string | null>();
  /** The same, to be set. */
  readonly chosen = output<string | null>();

  /** `2026-11-25` in this device's zone, as a date field wants it. */
  protected readonly day = computed(() => {
    const due = this.at();
    if (!due) return '';
    const at = new Date(due);
    return [at.getFullYear(), at.getMonth() + 1, at.getDate()]
      .map((part) => String(part).padStart(2, '0'))
      .join('-');
  });

  /** Where the calendar cannot be opened by code, the field itself comes up to be typed in. */
  protected pick(field: HTMLInputElement): void {
    try {
      field.showPicker();
    } catch {
      field.focus();
    }
  }

  /** 17:00 on this device. */
  protected endOfWork(day: string): string | null {
    return day ? new Date(`${day}T17:00:00`).toISOString() : null;
  }
}
