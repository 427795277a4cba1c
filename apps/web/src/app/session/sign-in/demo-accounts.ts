import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import type { AuthOptions, Role } from '@liftdesk/api-client';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Tag } from '../../shared/ui/marks/tag';

type DemoAccount = AuthOptions['demoAccounts'][number];

const ROLE_WORDS: Readonly<Record<Role, string>> = { customer: 'Customer', agent: 'Agent', admin: 'Admin' };

/** One button an account, where the server offers any: in development only. */
@Component({
  selector: 'desk-demo-accounts',
  imports: [Avatar, Icon, Tag],
  templateUrl: './demo-accounts.html',
  styleUrl: './demo-accounts.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DemoAccounts {
  readonly accounts = input.required<readonly DemoAccount[]>();
  readonly chosen = output<DemoAccount>();

  protected roleOf(account: DemoAccount): string {
    return ROLE_WORDS[account.role];
  }

  protected personOf(account: DemoAccount): { id: string; name: string } {
    return { id: account.email, name: account.name };
  }
}
