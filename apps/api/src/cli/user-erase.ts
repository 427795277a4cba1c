import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { DomainError } from '../common/domain-error';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { assertMigrated } from '../database/migration-state';
import { readMaintenance } from '../maintenance-mode/maintenance-switch';
import { emailSchema } from '../users/email';
import { eraseByEmail, userByEmail } from '../users/erasure/erase-by-email';
import type { User } from '../users/user.entity';
import { askFor } from './ask';
import { type OperatorOptions, type Output, action, operatorCommand } from './operator';
import { withDatabase } from './with-database';

interface Options extends OperatorOptions {
  email?: string;
  yes?: true;
}

const MORE = `
It runs beside a server. Interrupted, the person has no access and no name any more, and the server erases the rest
within the hour. Backups and logs keep what they hold until they are too old: see docs/security.md.`;

const inputSchema = z.object({ email: emailSchema });
const COUNT = 'select count(*) as n from ticket where requester_rid = ?';

export function userEraseCommand(): Command {
  return operatorCommand('user:erase', 'erase a customer for good, with all their tickets and files')
    .option('--email <address>')
    .option('--yes', 'do not ask whether it is meant; needed where there is no terminal')
    .addHelpText('after', MORE)
    .action(action<Options>(run));
}

async function run({ email: given, yes }: Options, output: Output, signal: AbortSignal): Promise<void> {
  const { email } = await askFor({ email: 'E-mail' }, { email: given }, inputSchema);
  if (!yes && !process.stdin.isTTY)
    throw new RefusedError('Nobody is there to ask whether this is meant: give --yes. Nothing was erased');
  await withDatabase(async (dataSource, config) => {
    await assertMigrated(dataSource);
    if ((await readMaintenance(dataSource)) !== null)
      throw new RefusedError('The desk is in maintenance, and is not changed now. Nothing was erased');
    const user = await userByEmail(dataSource, email);
    if (!yes) await assertMeant(dataSource, user);
    try {
      const erased = await eraseByEmail(dataSource, config, email, signal);
      output.result(
        erased,
        `Erased ${erased.userId}, with ${erased.tickets} tickets and ${erased.files} files`,
      );
    } catch (error) {
      throw inWords(error, signal);
    }
  });
}

function inWords(error: unknown, { aborted }: AbortSignal): unknown {
  if (aborted)
    return new InterruptedError(
      'Interrupted: the person has no name and no access any more, and a server erases the rest within the hour',
      { cause: error },
    );
  if (!(error instanceof DomainError)) return error;
  return new RefusedError(`${error.message}. Nothing was erased`, { cause: error });
}

/** @throws RefusedError */
async function assertMeant(dataSource: DataSource, { rid, name, email }: User): Promise<void> {
  const [row] = await dataSource.query<{ n: number }[]>(COUNT, [rid]);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(
    `Erase ${name} <${email}> and ${row?.n ?? 0} tickets for good? Nothing brings them back. Type yes: `,
  );
  prompt.close();
  if (answer.trim().toLowerCase() !== 'yes') throw new RefusedError('Nothing was erased');
}
