import 'reflect-metadata';
import { Command } from 'commander';
import { backupCommand } from './backup';
import { configDocsCommand } from './config-docs/config-docs';
import { dbMoveCommand } from './db-move';
import { dataExportCommand } from './data-export';
import { dataImportCommand } from './data-import';
import { doctorCommand } from './doctor/doctor-command';
import { liftCommands } from './lift/lift-command';
import { mailUnblockCommand } from './mail-unblock';
import { maintenanceCommand } from './maintenance';
import { migrationCommands } from './migrations';
import { openApiCommand } from './openapi';
import { exitCodeOf, wordsOf } from './operator';
import { restoreCommand } from './restore';
import { searchCommands } from './search';
import { seedCommand } from './seed';
import { storageMoveCommand } from './storage-move';
import { storageVerifyCommand } from './storage-verify';
import { userCreateCommand } from './user-create';
import { userPasswordCommand } from './user-password';

const WRONG_USAGE = 2;

const program = new Command('liftdesk').description('Operators’ commands of Liftdesk').showHelpAfterError();
const commands = [
  ...migrationCommands(),
  maintenanceCommand(),
  userCreateCommand(),
  userPasswordCommand(),
  mailUnblockCommand(),
  ...searchCommands(),
  storageMoveCommand(),
  storageVerifyCommand(),
  dataExportCommand(),
  dataImportCommand(),
  seedCommand(),
  dbMoveCommand(),
  doctorCommand(),
  backupCommand(),
  restoreCommand(),
  ...liftCommands(),
  openApiCommand(),
  configDocsCommand(),
];
for (const command of commands) program.addCommand(command.showHelpAfterError());
// commander ends with 1 for what it does not understand, which is what a command that failed ends with.
for (const command of [program, ...program.commands]) {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exitCode = exitCodeOf(error);
});
