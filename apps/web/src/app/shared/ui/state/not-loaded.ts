import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import type { Problem } from '../../http/problem';
import { CopyId } from './copy-id';

/** A part of a page that did not load, where `<desk-state>` would be too loud. */
@Component({
  selector: 'desk-not-loaded',
  imports: [CopyId],
  template: `
    <p>{{ what() }} did not load. {{ problem().title }}.</p>
    <button type="button" class="btn small" (click)="retried.emit()">Try again</button>
    @if (problem().requestId; as id) {
      <desk-copy-id [id]="id" />
    }
  `,
  styleUrl: './not-loaded.scss',
  host: { role: 'alert' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotLoaded {
  readonly problem = input.required<Problem>();
  /** `The log` */
  readonly what = input.required<string>();
  readonly retried = output();
}
