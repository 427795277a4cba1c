import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Shortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { ThemeToggle } from '../../shared/ui/theme/theme-toggle';
import { Toaster } from '../../shared/ui/toast/toaster';
import { Session } from '../session';
import { signOut } from '../sign-out';
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

  protected signOut(): void {
    void signOut(this.session, this.toaster);
  }
}
