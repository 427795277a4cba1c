import { Command, Option } from 'commander';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { assertGoodPassword, hashPassword, newPasswordSchema } from '../auth/password';
import { StartupError } from '../common/startup-error';
import { assertMigrated } from '../database/migration-state';
import { emailSchema, normaliseEmail } from '../users/email';
import { nameSchema } from '../users/user.dto';
import { ROLES, Role, User } from '../users/user.entity';
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
  const input = inputSchema.safeParse(await ask(options));
  if (!input.success) {
    throw new StartupError(
      input.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  }
  const { email, name, role, password } = input.data;
  assertGoodPassword(password, email);
  await withDatabase(async (dataSource) => {
    await assertMigrated(dataSource);
    const passwordHash = await hashPassword(password);
    await dataSource.transaction(async (manager) => {
      if (await manager.existsBy(User, { emailNorm: normaliseEmail(email) })) {
        throw new StartupError(`There is a user with the address ${email} already`);
      }
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
  });
  process.stdout.write(`Made ${role} ${name} <${email}>\n`);
}

/** Asks on the terminal for what is missing; without a terminal, missing is an error. */
async function ask(options: Answers): Promise<Answers> {
  const missing = (['email', 'name', 'role', 'password'] as const).filter(
    (field) => options[field] === undefined,
  );
  if (missing.length === 0) return options;
  if (!process.stdin.isTTY)
    throw new StartupError(`Missing: ${missing.map((field) => `--${field}`).join(', ')}`);
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) process.stdout.write(chunk);
      done();
    },
  });
  const prompt = createInterface({ input: process.stdin, output, terminal: true });
  const answers: Record<string, string | undefined> = { ...options };
  for (const field of missing) {
    const question = {
      email: 'E-mail: ',
      name: 'Name: ',
      role: `Role (${ROLES.join(', ')}): `,
      password: 'Password: ',
    }[field];
    if (field === 'password') process.stdout.write(question);
    muted = field === 'password';
    answers[field] = await prompt.question(field === 'password' ? '' : question);
    if (muted) process.stdout.write('\n');
    muted = false;
  }
  prompt.close();
  return answers as Answers;
}
