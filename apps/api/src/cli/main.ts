import 'reflect-metadata';
import { Command } from 'commander';
import { commandsFor } from './commands';
import { exitCodeOf, wordsOf } from './operator';

const WRONG_USAGE = 2;

async function main([, , name]: readonly string[]): Promise<void> {
  const program = new Command('liftdesk').description('Operators’ commands of Liftdesk').showHelpAfterError();
  for (const command of await commandsFor(name)) program.addCommand(command.showHelpAfterError());
  // commander ends with 1 for what it does not understand, which is what a command that failed ends with.
  for (const command of [program, ...program.commands]) {
    command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USAGE));
  }
  await program.parseAsync();
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exitCode = exitCodeOf(error);
});
