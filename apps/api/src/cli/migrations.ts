import { Command } from 'commander';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { migrate, type MigrateOptions, revertLast } from '../database/migrate';
import { migrationState, takesAway } from '../database/migration-state';
import { schemaDrift } from '../database/schema-drift';
import { generateCommand } from './migration-generate';
import { DifferenceError, RefusedError } from '../common/operator-errors';
import { action, operatorCommand, type OperatorOptions, type Output } from './operator';
import { withDatabase, withDatabaseAlone, withDatabaseBeside } from './with-database';

export function migrationCommands(): Command[] {
  return [
    operatorCommand('migration:run', 'bring the database to this version').action(
      action((_: OperatorOptions, output) => run(output)),
    ),
    operatorCommand(
      'migration:revert',
      'take the newest migration back, and with it what is in its tables',
    ).action(action((_: OperatorOptions, output) => revert(output))),
    operatorCommand('migration:show', 'list migrations and whether the database has had them').action(
      action((_: OperatorOptions, output) => show(output)),
    ),
    operatorCommand('migration:check', 'fail where entities and migrated schema differ').action(
      action((_: OperatorOptions, output) => check(output)),
    ),
    generateCommand(),
  ];
}

const listed = (names: string[]): string => names.join(', ') || 'none';

const told = (output: Output, verb: string): MigrateOptions => ({
  onDone: (name) => output.line(`${verb} ${name}`),
  onWaiting: (name) =>
    output.line(`${name} waits: somebody else holds a table that it changes, such as a backup`),
});

/**
 * A schema of a newer version, which this one runs on as it is, is left as it is. Beside a server that serves from SQLite runs
 * what only adds.
 */
async function run(output: Output): Promise<void> {
  await withDatabaseBeside(async (dataSource, isAlone) => {
    const { pending, unknown } = await migrationState(dataSource);
    if (unknown.some(takesAway) || (unknown.length > 0 && pending.length > 0)) throw newer(unknown);
    if (!isAlone && pending.some(takesAway)) throw served(pending.filter(takesAway));
    const applied = await migrate(dataSource, told(output, 'applied'));
    const state = unknown.length > 0 ? `of a newer version (it has ${listed(unknown)})` : 'up to date';
    output.result({ applied, unknown }, `The database is ${state}`);
  });
}

async function revert(output: Output): Promise<void> {
  await withDatabaseAlone(async (dataSource) => {
    const { unknown } = await migrationState(dataSource);
    if (unknown.length > 0) throw newer(unknown);
    const reverted = await revertLast(dataSource, told(output, 'reverted'));
    const { pending } = await migrationState(dataSource);
    const left = `${pending.length} migration(s) now wait to be run: ${listed(pending)}`;
    output.result({ reverted, pending }, reverted === null ? 'There is nothing to take back' : left);
  });
}

const newer = (unknown: string[]): RefusedError =>
  new RefusedError(
    `The database is of a newer version of Liftdesk (it has ${listed(unknown)}): run this with that version. Nothing was changed`,
  );

const served = (takers: string[]): RefusedError =>
  new RefusedError(
    `A server runs on the database, and may use what ${listed(takers)} takes away: stop it first. Nothing was changed`,
  );

async function show(output: Output): Promise<void> {
  await withDatabase(async (dataSource) => {
    const { pending, unknown } = await migrationState(dataSource);
    const names = dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
    for (const name of names) output.line(`${pending.includes(name) ? '[ ]' : '[x]'} ${name}`);
    for (const name of unknown)
      output.line(
        `[?] ${name} (of a newer version${takesAway(name) ? ', which has taken something away' : ''})`,
      );
    const applied = names.filter((name) => !pending.includes(name));
    output.result({ applied, pending, unknown }, verdictOf(pending, unknown));
  });
}

function verdictOf(pending: string[], unknown: string[]): string {
  if (unknown.some(takesAway)) return 'This version does not run on the database';
  if (pending.length > 0)
    return `${pending.length} wait: run \`npm run migration:run\`${unknown.length > 0 ? ' of the newer version' : ''}`;
  return unknown.length > 0
    ? 'This version runs on the database of a newer one'
    : 'The database is up to date';
}

async function check(output: Output): Promise<void> {
  const { database } = await loadConfigOnce(readEnvironment());
  const { statements, checks } = await schemaDrift(database);
  const lines = [...statements.map(({ up }) => up), ...checks];
  if (lines.length > 0)
    throw new DifferenceError(
      `Entities and schema differ. Missing:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
  output.result({}, 'Entities and schema agree');
}
