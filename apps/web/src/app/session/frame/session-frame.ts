import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { deskName } from '../../shared/config/client-config';
import { Logo } from '../../shared/ui/logo/logo';

/** The quiet page around sign-in and its relatives: the mark, one card, and what is projected into `[below]`. */
@Component({
  selector: 'desk-session-frame',
  imports: [Logo],
  templateUrl: './session-frame.html',
  styleUrl: './session-frame.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SessionFrame {
  readonly heading = input.required<string>();
  readonly text = input('');
  protected readonly name = deskName();
}
