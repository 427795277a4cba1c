import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Password } from '../../shared/ui/form/password';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { AuthClient } from '../auth-client';
import { SessionFrame } from '../frame/session-frame';
import { PASSWORD_HINT, newPasswordFault } from '../new-password';
import { safeReturnUrl } from '../return-url';
import { Session } from '../session';

/** A customer makes an account. */
@Component({
  selector: 'desk-register',
  imports: [Control, Field, Password, Refusal, RouterLink, SessionFrame],
  templateUrl: './register.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Register {
  private readonly client = inject(AuthClient);
  private readonly router = inject(Router);
  private readonly session = inject(Session);

  readonly returnUrl = input<string>();

  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly passwordHint = PASSWORD_HINT;
  protected readonly submission = new Submission();
  protected readonly taken = computed(() => this.submission.problem()?.status === 409);
  protected readonly target = computed(() => safeReturnUrl(this.returnUrl()));
  protected readonly signInParams = computed(() =>
    this.target() === '/' ? {} : { returnUrl: this.target() },
  );

  constructor() {
    effect(() => {
      if (this.session.user()) void this.router.navigateByUrl(this.target());
    });
  }

  protected async register(): Promise<void> {
    const faults = {
      name: this.name().trim() ? '' : 'Tell us your name',
      email: this.email().trim() ? '' : 'Type your email address',
      password: newPasswordFault(this.password()),
    };
    await this.submission.run(faults, async () => {
      const account = { name: this.name().trim(), email: this.email().trim(), password: this.password() };
      this.session.adopt(await this.client.register(account));
    });
  }
}
