import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { deskName } from '../../shared/config/client-config';
import { faultOf } from '../../shared/http/problem';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Password } from '../../shared/ui/form/password';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { Icon } from '../../shared/ui/icon/icon';
import { AuthClient } from '../auth-client';
import { SessionFrame } from '../frame/session-frame';
import { PASSWORD_HINT, newPasswordFault } from '../new-password';
import { Session } from '../session';

/** The first admin of a new desk, by the one-time link printed to the operator: `/setup?token=`. */
@Component({
  selector: 'desk-setup',
  imports: [Control, Field, Icon, Password, Refusal, RouterLink, SessionFrame],
  templateUrl: './setup.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Setup {
  private readonly client = inject(AuthClient);
  private readonly router = inject(Router);
  private readonly session = inject(Session);

  readonly token = input('');
  protected readonly desk = deskName();
  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly passwordHint = PASSWORD_HINT;
  protected readonly submission = new Submission();
  protected readonly deadLink = computed(
    () => !this.token() || faultOf(this.submission.problem(), 'token') !== null,
  );

  protected async setUp(): Promise<void> {
    const faults = {
      name: this.name().trim() ? '' : 'Type your name',
      email: this.email().trim() ? '' : 'Type your email address',
      password: newPasswordFault(this.password()),
    };
    const done = await this.submission.run(faults, async () => {
      const account = { name: this.name().trim(), email: this.email().trim(), password: this.password() };
      this.session.adopt(await this.client.setUp({ token: this.token(), ...account }));
    });
    if (done) await this.router.navigateByUrl('/');
  }
}
