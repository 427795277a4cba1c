import 'reflect-metadata';
import { Command } from 'commander';
import { DomainError } from '../common/domain-error';
import { StartupError } from '../common/startup-error';
import { configDocsCommand } from './config-docs/config-docs';
import { doctorCommand } from './doctor/doctor-command';
import { mailUnblockCommand } from './mail-unblock';
import { migrationCommands } from './migrations';
import { openApiCommand } from './openapi';
import { searchCommands } from './search';
import { seedCommand } from './seed';
import { userCreateCommand } from './user-create';
import { userPasswordCommand } from './user-password';

const program = new Command('liftdesk').description('Operators’ commands of Liftdesk').showHelpAfterError();
const commands = [
  ...migrationCommands(),
  userCreateCommand(),
  userPasswordCommand(),
  mailUnblockCommand(),
  ...searchCommands(),
  seedCommand(),
  doctorCommand(),
  openApiCommand(),
  configDocsCommand(),
];
for (const command of commands) program.addCommand(command);

program.parseAsync().catch((error: unknown) => {
  const expected = error instanceof StartupError || error instanceof DomainError;
  process.stderr.write(`${expected ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
