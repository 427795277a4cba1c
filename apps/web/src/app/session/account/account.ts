import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Shortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { ThemeToggle } from '../../shared/ui/theme/theme-toggle';
import { Toaster } from '../../shared/ui/toast/toaster';
import { Session } from '../session';
import { signOut } from '../sign-out';
import { CLIENT_CONFIG } from '../../shared/config/client-config';
import { ChangePassword } from './change-password';
import { DeviceSessions } from './device-sessions';
import { MailSettings } from './mail-settings';

/** What a person sets for itself: theme and keys of this device, password, where it is signed in. */
@Component({
  selector: 'desk-account',
  imports: [Avatar, ChangePassword, DeviceSessions, Icon, MailSettings, RouterLink, ThemeToggle],
  templateUrl: './account.html',
  styleUrl: './account.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Account {
  private readonly toaster = inject(Toaster);
  protected readonly session = inject(Session);
  protected readonly shortcuts = inject(Shortcuts);

  protected readonly config = inject(CLIENT_CONFIG);
  /** `Liftdesk 1.8.2`, with the environment where it is not the real thing. */
  protected readonly about = [
    `${this.config.name} ${this.config.version}`.trim(),
    this.config.environment === 'production' ? '' : this.config.environment,
  ]
    .filter(Boolean)
    .join(', ');

  protected signOut(): void {
    void signOut(this.session, this.toaster);
  }
}
