import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { faultOf } from '../../shared/http/problem';
import { Field } from '../../shared/ui/form/field';
import { Password } from '../../shared/ui/form/password';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { Icon } from '../../shared/ui/icon/icon';
import { AuthClient } from '../auth-client';
import { SessionFrame } from '../frame/session-frame';
import { PASSWORD_HINT, newPasswordFault } from '../new-password';

/** Where the link of a forgotten password leads: `/reset-password?token=`. */
@Component({
  selector: 'desk-reset-password',
  imports: [Field, Icon, Password, Refusal, RouterLink, SessionFrame],
  templateUrl: './reset-password.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ResetPassword {
  private readonly client = inject(AuthClient);

  readonly token = input('');
  protected readonly password = signal('');
  protected readonly done = signal(false);
  protected readonly passwordHint = PASSWORD_HINT;
  protected readonly submission = new Submission();
  protected readonly deadLink = computed(
    () => !this.token() || faultOf(this.submission.problem(), 'token') !== null,
  );

  protected async save(): Promise<void> {
    const faults = { password: newPasswordFault(this.password()) };
    const work = () => this.client.resetPassword(this.token(), this.password());
    this.done.set(await this.submission.run(faults, work));
  }
}
