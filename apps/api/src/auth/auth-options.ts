import { Injectable } from '@nestjs/common';
import { AppInfo } from '../common/app-info';
import { UsersService } from '../users/users.service';
import { AuthConfig } from './auth.config';
import { AuthOptionsDto } from './auth.dto';
import { DEMO_ACCOUNTS } from './demo-accounts';
import { PasswordResetService } from './password-reset.service';
import { SetupLink } from './setup-link';

/** What the sign-in page offers. */
@Injectable()
export class AuthOptions {
  constructor(
    private readonly users: UsersService,
    private readonly passwordReset: PasswordResetService,
    private readonly setupLink: SetupLink,
    private readonly config: AuthConfig,
    private readonly app: AppInfo,
  ) {}

  async get(): Promise<AuthOptionsDto> {
    const emails = DEMO_ACCOUNTS.map((account) => account.email);
    const present = this.config.development ? await this.users.presentEmails(emails) : new Set<string>();
    return {
      version: this.app.version,
      demoAccounts: DEMO_ACCOUNTS.filter((account) => present.has(account.email)),
      resetLinks: this.passwordReset.way,
      // An operator may have made somebody by the command since the link was printed.
      setupRequired: this.setupLink.open && !(await this.users.anyStaff()),
    };
  }
}
