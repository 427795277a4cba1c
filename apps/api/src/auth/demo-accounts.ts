import { type DataSource, In, IsNull } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { normaliseEmail } from '../users/email';
import { type Role, User } from '../users/user.entity';
import { passwordMatches } from './password';

export interface DemoAccount {
  email: string;
  password: string;
  name: string;
  role: Role;
}

/** Made by the demo data and offered on the sign-in page in development, never elsewhere. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { email: 'katrin@demo.example', password: 'demo-katrin-2026', name: 'Katrin Hofmann', role: 'customer' },
  { email: 'maja@demo.example', password: 'demo-maja-2026', name: 'Maja Lindqvist', role: 'agent' },
  { email: 'aylin@demo.example', password: 'demo-aylin-2026', name: 'Aylin Demir', role: 'admin' },
];

const PASSWORDS = new Map(DEMO_ACCOUNTS.map(({ email, password }) => [normaliseEmail(email), password]));

export const isDemoAddress = (email: string): boolean => PASSWORDS.has(normaliseEmail(email));

/**
 * Their passwords stand above: a database that was tried out with demo data is no production database. An account
 * that has only the address of one opens to nobody, so it keeps no desk from starting.
 * @throws StartupError where one of them can be signed in to
 */
export async function assertNoDemoAccounts({ manager }: DataSource): Promise<void> {
  const users = await manager.findBy(User, { emailNorm: In([...PASSWORDS.keys()]), disabledAt: IsNull() });
  for (const { emailNorm, passwordHash } of users) {
    if (!(await passwordMatches(passwordHash, PASSWORDS.get(emailNorm) as string))) continue;
    throw new StartupError(
      'The database has demo accounts, whose passwords everybody knows: give production another database, or give them others by `npm run user:password`',
    );
  }
}
