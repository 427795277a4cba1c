import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { CLIENT_CONFIG } from '../../shared/config/client-config';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Password } from '../../shared/ui/form/password';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { AuthClient } from '../auth-client';
import { SessionFrame } from '../frame/session-frame';
import { safeReturnUrl } from '../return-url';
import { Session } from '../session';
import { signInRefusal } from '../sign-in-refusal';
import { DemoAccounts } from './demo-accounts';

/** The one door for customers and the team. */
@Component({
  selector: 'desk-sign-in',
  imports: [Control, DemoAccounts, Field, Password, Refusal, RouterLink, SessionFrame],
  templateUrl: './sign-in.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SignIn {
  private readonly config = inject(CLIENT_CONFIG);
  private readonly client = inject(AuthClient);
  private readonly router = inject(Router);
  protected readonly session = inject(Session);

  /** Where somebody wanted to go before the door was in the way. */
  readonly returnUrl = input<string>();

  protected readonly desk = this.config.name;
  protected readonly features = this.config.features;
  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly submission = new Submission();
  protected readonly refusalWords = computed(() => signInRefusal(this.submission.problem()));
  /** Without an answer there are no demo accounts to offer, and signing in still works. */
  protected readonly options = resource({ loader: () => this.client.options().catch(() => null) });
  protected readonly demoAccounts = computed(() =>
    this.features.demoAccounts ? (this.options.value()?.demoAccounts ?? []) : [],
  );
  protected readonly wrongPair = computed(() => this.submission.problem()?.status === 401);
  protected readonly target = computed(() => safeReturnUrl(this.returnUrl()));
  protected readonly registerParams = computed(() =>
    this.target() === '/' ? {} : { returnUrl: this.target() },
  );

  constructor() {
    // Also when another tab has signed in.
    effect(() => {
      if (this.session.user()) void this.router.navigateByUrl(this.target());
    });
  }

  protected async signIn(): Promise<void> {
    const faults = {
      email: this.email().trim() ? '' : 'Type your email address',
      password: this.password() ? '' : 'Type your password',
    };
    await this.submission.run(faults, async () => {
      this.session.adopt(await this.client.signIn(this.email().trim(), this.password()));
    });
    if (this.wrongPair()) this.password.set('');
  }

  protected async signInAs(account: { email: string; password: string }): Promise<void> {
    this.email.set(account.email);
    this.password.set(account.password);
    await this.signIn();
  }
}
