import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { Field } from '../../shared/ui/form/field';
import { Password } from '../../shared/ui/form/password';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { Toaster } from '../../shared/ui/toast/toaster';
import { AuthClient } from '../auth-client';
import { PASSWORD_HINT, newPasswordFault } from '../new-password';
import { Session } from '../session';

/** A new password for the one in use; every other session ends with it. */
@Component({
  selector: 'desk-change-password',
  imports: [Field, Password, Refusal],
  templateUrl: './change-password.html',
  styleUrl: './change-password.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ChangePassword {
  private readonly client = inject(AuthClient);
  private readonly session = inject(Session);
  private readonly toaster = inject(Toaster);

  protected readonly present = signal('');
  protected readonly next = signal('');
  protected readonly passwordHint = PASSWORD_HINT;
  protected readonly submission = new Submission();

  protected async change(): Promise<void> {
    const faults = {
      currentPassword: this.present() ? '' : 'Type your present password',
      newPassword: newPasswordFault(this.next()),
    };
    const done = await this.submission.run(faults, async () => {
      this.session.adopt(await this.client.changePassword(this.present(), this.next()));
    });
    if (!done) return;
    this.present.set('');
    this.next.set('');
    this.toaster.show({ text: 'Password changed. Other devices are signed out' });
  }
}
