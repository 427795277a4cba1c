import { Dialog, DialogRef } from '@angular/cdk/dialog';
import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  signal,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router } from '@angular/router';
import { filter } from 'rxjs';
import { Field } from '../../shared/ui/form/field';
import { Password } from '../../shared/ui/form/password';
import { Refusal } from '../../shared/ui/form/refusal';
import { Submission } from '../../shared/ui/form/submission';
import { AuthClient } from '../auth-client';
import { LEAVE } from '../leave';
import { Session } from '../session';
import { signInRefusal } from '../sign-in-refusal';

/** Over the page of a session that has ended: the page and all that was typed stay underneath. */
@Component({
  selector: 'desk-sign-in-again',
  imports: [Field, Password, Refusal],
  templateUrl: './sign-in-again.html',
  styleUrl: './sign-in-again.scss',
  host: { class: 'dialog' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SignInAgain {
  private readonly client = inject(AuthClient);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly injector = inject(Injector);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly leavePage = inject(LEAVE);
  private readonly dialog = inject<DialogRef>(DialogRef);

  protected readonly email = this.session.user()?.email ?? '';
  protected readonly password = signal('');
  protected readonly submission = new Submission();
  protected readonly refusalWords = computed(() => signInRefusal(this.submission.problem()));

  constructor() {
    // By this form, or in another tab.
    effect(() => {
      if (this.session.state() === 'signed-in') this.dialog.close();
    });
    this.keepFocus();
  }

  protected wrongPassword(): boolean {
    return this.submission.problem()?.status === 401;
  }

  protected async signIn(): Promise<void> {
    await this.submission.run({ password: this.password() ? '' : 'Type your password' }, async () => {
      this.session.adopt(await this.client.signIn(this.email, this.password()));
    });
    if (this.wrongPassword()) this.password.set('');
  }

  protected leave(): void {
    this.leavePage(`/sign-in?returnUrl=${encodeURIComponent(this.router.url)}`);
  }

  /** A page that comes up underneath, by Back, takes the focus to itself. */
  private keepFocus(): void {
    const moves = this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      takeUntilDestroyed(),
    );
    const focus = () => this.host.nativeElement.querySelector<HTMLElement>('desk-password input')?.focus();
    moves.subscribe(() => afterNextRender(focus, { injector: this.injector }));
  }
}

/** Asks the user of an ended session for the password again; it closes when the session is back. */
export function openSignInAgain(dialog: Dialog): void {
  dialog.open(SignInAgain, {
    id: 'sign-in-again',
    ariaLabel: 'Sign in again',
    width: 'min(420px, calc(100vw - 24px))',
    disableClose: true,
    // Back moves the page underneath; the way in stays.
    closeOnNavigation: false,
  });
}
