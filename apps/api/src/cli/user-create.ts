import { Command, Option } from 'commander';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { assertGoodPassword, hashPassword, newPasswordSchema } from '../auth/password';
import { StartupError } from '../common/startup-error';
import { assertMigrated } from '../database/migration-state';
import { emailSchema, normaliseEmail } from '../users/email';
import { nameSchema } from '../users/user.dto';
import { ROLES, Role, User } from '../users/user.entity';
import { askFor } from './ask';
import { withDatabase } from './with-database';

interface Answers {
  email?: string;
  name?: string;
  role?: Role;
  /** From LIFTDESK_PASSWORD or the prompt; a flag would stay in the shell's history. */
  password?: string;
}

const inputSchema = z.object({
  email: emailSchema,
  name: nameSchema,
  role: z.enum(ROLES),
  password: newPasswordSchema,
});

const QUESTIONS = {
  email: 'E-mail',
  name: 'Name',
  role: `Role (${ROLES.join(', ')})`,
  password: 'Password',
};

export function userCreateCommand(): Command {
  return new Command('user:create')
    .description('make a user; asks for what no flag gives')
    .option('--email <address>')
    .option('--name <name>')
    .addOption(new Option('--role <role>').choices([...ROLES]))
    .addOption(
      new Option('--password <password>', 'better left out: it is asked for unseen').env('LIFTDESK_PASSWORD'),
    )
    .action((options: Answers) => create(options));
}

async function create(options: Answers): Promise<void> {
  const { email, name, role, password } = await askFor(QUESTIONS, options, inputSchema);
  assertGoodPassword(password, email);
  await withDatabase(async (dataSource) => {
    await assertMigrated(dataSource);
    await makeUser(dataSource, { email, name, role, password });
  });
  process.stdout.write(`Made ${role} ${name} <${email}>\n`);
}

/** @throws StartupError where there is somebody with this address */
export async function makeUser(
  dataSource: DataSource,
  { email, name, role, password }: z.infer<typeof inputSchema>,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await dataSource.transaction(async (manager) => {
    if (await manager.existsBy(User, { emailNorm: normaliseEmail(email) }))
      throw new StartupError(`There is a user with the address ${email} already`);
    await manager.insert(User, {
      id: uuidv7(),
      email,
      emailNorm: normaliseEmail(email),
      name,
      role,
      passwordHash,
      createdAt: Date.now(),
    });
  });
}
