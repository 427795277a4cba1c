import { Command, Option } from 'commander';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { assertGoodPassword, hashPassword, newPasswordSchema } from '../auth/password';
import { StartupError } from '../common/startup-error';
import { assertMigrated } from '../database/migration-state';
import { emailSchema, normaliseEmail } from '../users/email';
import { User } from '../users/user.entity';
import { askFor } from './ask';
import { withDatabase } from './with-database';

const inputSchema = z.object({ email: emailSchema, password: newPasswordSchema });
type Input = z.output<typeof inputSchema>;

/** The way in for somebody who has no password, or has lost it, while Liftdesk sends no mail. */
export function userPasswordCommand(): Command {
  return new Command('user:password')
    .description('give a user a new password and end their sessions; asks for what no flag gives')
    .option('--email <address>')
    .addOption(
      new Option('--password <password>', 'better left out: it is asked for unseen').env('LIFTDESK_PASSWORD'),
    )
    .action(async (options: Partial<Input>) => {
      const input = await askFor({ email: 'E-mail', password: 'New password' }, options, inputSchema);
      const user = await withDatabase(async (dataSource) => {
        await assertMigrated(dataSource);
        return setPassword(dataSource, input, Date.now());
      });
      process.stdout.write(`${user.name} <${user.email}> has a new password and is signed out everywhere\n`);
    });
}

/**
 * As a reset does: links under way and sessions end with the old password.
 * @throws StartupError when there is no such user, or a disabled one
 * @throws ValidationError when the password is no good one
 */
export async function setPassword(dataSource: DataSource, input: Input, now: number): Promise<User> {
  assertGoodPassword(input.password, input.email);
  const passwordHash = await hashPassword(input.password);
  return dataSource.transaction(async (manager) => {
    const user = await manager.findOneBy(User, { emailNorm: normaliseEmail(input.email) });
    if (!user) throw new StartupError(`There is no user with the address ${input.email}`);
    if (user.disabledAt !== null)
      throw new StartupError(`${user.email} is disabled: an admin enables them first`);
    await manager.update(User, { rid: user.rid }, { passwordHash });
    await manager.query('update session set ended_at = ? where user_rid = ? and ended_at is null', [
      now,
      user.rid,
    ]);
    await manager.query('delete from password_reset where user_rid = ?', [user.rid]);
    return user;
  });
}
