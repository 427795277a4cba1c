import { closeLogger, createLogger } from '@liftdesk/logging';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { DomainError } from '../common/domain-error';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { obeyMaintenance } from '../database/maintenance';
import { assertMigrated } from '../database/migration-state';
import { emailSchema } from '../users/email';
import { eraseByEmail, userByEmail } from '../users/erasure/erase-by-email';
import type { Erased } from '../users/erasure/erase-user';
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
    const user = await userByEmail(dataSource, email);
    if (!yes) await assertMeant(dataSource, user);
    const erased = await eraseAsOperator(dataSource, config, email, signal);
    output.result(
      erased,
      `Erased ${erased.userId}, with ${erased.tickets} tickets and ${erased.files} files`,
    );
  });
}

/**
 * As eraseByEmail(), as a server does it: not in maintenance, and with the line in the log that is all that is left of it.
 * @throws RefusedError where nothing was erased; InterruptedError or StartupError where a server has to go on with it
 */
export async function eraseAsOperator(
  dataSource: DataSource,
  config: Config,
  email: string,
  signal?: AbortSignal,
): Promise<Erased> {
  obeyMaintenance(dataSource);
  const logger = openLog(config);
  let begun = false;
  try {
    const erased = await eraseByEmail(dataSource, config, email, { signal, onMarked: () => (begun = true) });
    logger.info({ message: 'user.erased', ...erased });
    return erased;
  } catch (error) {
    throw begun ? halfDone(error, signal) : refused(error);
  } finally {
    await closeLogger(logger);
  }
}

function openLog({ logging, app }: Config): ReturnType<typeof createLogger> {
  try {
    return createLogger(logging, { environment: app.NODE_ENV, terminal: false });
  } catch (error) {
    throw new RefusedError(`The log cannot be opened: ${(error as Error).message}. Nothing was erased`, {
      cause: error,
    });
  }
}

function halfDone(error: unknown, signal?: AbortSignal): Error {
  const rest = 'the person has no name and no access any more, and a server erases the rest within the hour';
  if (signal?.aborted) return new InterruptedError(`Interrupted: ${rest}`, { cause: error });
  return new StartupError(`${(error as Error).message}. As far as it came, ${rest}`, { cause: error });
}

function refused(error: unknown): unknown {
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
