import type { Command } from 'commander';

type Load = () => Promise<Command[]>;

const carrying: Load = async () => (await import('./lift/lift-command')).liftCommands();

/** By the first word of their names. All of them together are 30 MB and half a second that none of them needs. */
const COMMANDS: readonly (readonly [word: string, load: Load])[] = [
  ['migration', async () => (await import('./migrations')).migrationCommands()],
  ['maintenance', async () => [(await import('./maintenance')).maintenanceCommand()]],
  ['user', userCommands],
  ['mail', async () => [(await import('./mail-unblock')).mailUnblockCommand()]],
  ['search', async () => (await import('./search')).searchCommands()],
  ['storage', storageCommands],
  ['data', dataCommands],
  ['seed', async () => [(await import('./seed')).seedCommand()]],
  ['db', async () => [(await import('./db-move')).dbMoveCommand()]],
  ['doctor', async () => [(await import('./doctor/doctor-command')).doctorCommand()]],
  ['smoke', async () => [(await import('./smoke')).smokeCommand()]],
  ['backup', async () => [(await import('./backup')).backupCommand()]],
  ['restore', async () => [(await import('./restore')).restoreCommand()]],
  ['audit', async () => [(await import('./audit-security')).auditSecurityCommand()]],
  ['lift', carrying],
  ['land', carrying],
  ['openapi', async () => [(await import('./openapi')).openApiCommand()]],
  ['config', async () => [(await import('./config-docs/config-docs')).configDocsCommand()]],
];

/** @returns those that may be meant: for `--help`, or a name that is none, all */
export async function commandsFor(name = ''): Promise<Command[]> {
  const [word] = name.split(':');
  const asked = COMMANDS.filter(([first]) => first === word);
  const loads = new Set((asked.length > 0 ? asked : COMMANDS).map(([, load]) => load));
  return (await Promise.all([...loads].map((load) => load()))).flat();
}

async function userCommands(): Promise<Command[]> {
  const [create, password] = [await import('./user-create'), await import('./user-password')];
  const erase = await import('./user-erase');
  return [create.userCreateCommand(), password.userPasswordCommand(), erase.userEraseCommand()];
}

async function storageCommands(): Promise<Command[]> {
  const [move, verify] = [await import('./storage-move'), await import('./storage-verify')];
  return [move.storageMoveCommand(), verify.storageVerifyCommand()];
}

async function dataCommands(): Promise<Command[]> {
  const [out, back] = [await import('./data-export'), await import('./data-import')];
  return [out.dataExportCommand(), back.dataImportCommand()];
}
