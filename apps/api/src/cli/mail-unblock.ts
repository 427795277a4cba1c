import { Command } from 'commander';
import { z } from 'zod';
import { SystemClock } from '../common/clock';
import { assertMigrated } from '../database/migration-state';
import { MailBlocks } from '../notifications/mail-blocks';
import { emailSchema } from '../users/email';
import { askFor } from './ask';
import { withDatabase } from './with-database';

const inputSchema = z.object({ email: emailSchema });

/** For addresses that no message at the desk stands for, such as an agent's own: there nobody can lift the block. */
export function mailUnblockCommand(): Command {
  return new Command('mail:unblock')
    .description('write again to an address whose mail came back or was reported')
    .option('--email <address>')
    .action(async (options: Partial<z.output<typeof inputSchema>>) => {
      const { email } = await askFor({ email: 'E-mail' }, options, inputSchema);
      const lifted = await withDatabase(async (dataSource) => {
        await assertMigrated(dataSource);
        const blocks = new MailBlocks(dataSource, new SystemClock());
        return dataSource.transaction((manager) => blocks.lift(manager, email));
      });
      process.stdout.write(lifted ? `${email} gets mail again\n` : `${email} was not blocked\n`);
    });
}
