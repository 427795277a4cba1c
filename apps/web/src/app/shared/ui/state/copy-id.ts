import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Clipboard } from '@angular/cdk/clipboard';
import { Icon } from '../icon/icon';

/** The id of a failed request, to give to whoever looks into it. */
@Component({
  selector: 'desk-copy-id',
  imports: [Icon],
  template: `
    <button type="button" class="support" (click)="copy()">
      <span>
        Request
        <span class="mono">{{ id() }}</span>
      </span>
      <desk-icon [name]="copied() ? 'check' : 'copy'" size="small" />
      <span class="sr-only" aria-live="polite">{{ copied() ? 'Copied' : 'Copy' }}</span>
    </button>
  `,
  styleUrl: './copy-id.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CopyId {
  private readonly clipboard = inject(Clipboard);

  readonly id = input.required<string>();
  protected readonly copied = signal(false);

  protected copy(): void {
    this.copied.set(this.clipboard.copy(this.id()));
  }
}
