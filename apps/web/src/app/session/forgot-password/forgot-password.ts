import {
  ChangeDetectionStrategy,
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { CLIENT_CONFIG } from '../../shared/config/client-config';
import { Control } from '../../shared/ui/form/control';
import { Field } from '../../shared/ui/form/field';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { Icon } from '../../shared/ui/icon/icon';
import { AuthClient } from '../auth-client';
import { SessionFrame } from '../frame/session-frame';

/** Asks for a reset link; the answer never says whether the address has an account. */
@Component({
  selector: 'desk-forgot-password',
  imports: [Control, Field, Icon, Refusal, RouterLink, SessionFrame],
  templateUrl: './forgot-password.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ForgotPassword {
  private readonly client = inject(AuthClient);

  /** What was typed on the sign-in page, from the address. */
  readonly email = input<string>();
  protected readonly address = linkedSignal(() => this.email() ?? '');
  protected readonly sent = signal(false);
  private readonly options = resource({ loader: () => this.client.options().catch(() => null) });
  /** Mail goes nowhere else here. */
  protected readonly outbox = inject(CLIENT_CONFIG).features.mailOutbox;
  /** A desk that sends no mail. Without an answer the form is offered: it does no harm. */
  protected readonly noLinks = computed(
    () => this.options.hasValue() && this.options.value()?.resetLinks === 'none',
  );
  protected readonly inTerminal = computed(
    () => !this.outbox && this.options.hasValue() && this.options.value()?.resetLinks === 'terminal',
  );
  protected readonly submission = new Submission();

  protected async send(): Promise<void> {
    const faults = { email: this.address().trim() ? '' : 'Type your email address' };
    this.sent.set(await this.submission.run(faults, () => this.client.forgotPassword(this.address().trim())));
  }
}
