import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { State } from '../shared/ui/state/state';

/** An address that leads nowhere. */
@Component({
  selector: 'desk-not-found',
  imports: [RouterLink, State],
  template: `
    <main tabindex="-1">
      <desk-state
        icon="link"
        heading="This page is not here"
        text="The link may be old, or a letter of it got lost on the way."
      >
        <a class="btn primary" routerLink="/">Go to your tickets</a>
      </desk-state>
    </main>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotFound {}
