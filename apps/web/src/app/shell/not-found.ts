import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { SessionFrame } from '../session/frame/session-frame';

/** An address that leads nowhere. */
@Component({
  selector: 'desk-not-found',
  imports: [RouterLink, SessionFrame],
  template: `
    <desk-session-frame
      heading="This page is not here"
      text="The link may be old, or a letter of it got lost on the way."
    >
      <a class="btn primary wide back" routerLink="/">Go to your tickets</a>
    </desk-session-frame>
  `,
  styles: '.back { margin-top: 20px; }',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotFound {}
