import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { toProblem } from '../../shared/http/problem';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Shortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { ThemeToggle } from '../../shared/ui/theme/theme-toggle';
import { Toaster } from '../../shared/ui/toast/toaster';
import { Session } from '../session';
import { ChangePassword } from './change-password';
import { DeviceSessions } from './device-sessions';

/** What a person sets for itself: theme and keys of this device, password, where it is signed in. */
@Component({
  selector: 'desk-account',
  imports: [Avatar, ChangePassword, DeviceSessions, Icon, RouterLink, ThemeToggle],
  templateUrl: './account.html',
  styleUrl: './account.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Account {
  private readonly toaster = inject(Toaster);
  protected readonly session = inject(Session);
  protected readonly shortcuts = inject(Shortcuts);

  protected async signOut(): Promise<void> {
    try {
      await this.session.signOut();
    } catch (error) {
      this.toaster.fail(`Still signed in. ${toProblem(error).title}`, {
        label: 'Try again',
        run: () => this.signOut(),
      });
    }
  }
}
