import { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { takesAway } from '../database/migration-state';
import { schemaDrift, type Statement, takenAwayByEntities } from '../database/schema-drift';
import { RefusedError } from '../common/operator-errors';
import { action, operatorCommand, type OperatorOptions, type Output } from './operator';

const CLASS_NAME = /^[A-Z][A-Za-z0-9]+$/;
const TIME = /^\d{13}$/;
const WRONG_USAGE = { exitCode: 2 };

interface GenerateOptions extends OperatorOptions {
  dir?: string;
  time?: string;
}

/** Not for a deployment: it writes into the sources. */
export function generateCommand(): Command {
  const command = operatorCommand(
    'migration:generate',
    'write a migration with what entities have and the schema lacks',
  )
    .argument('<name>', 'such as AddTeams; Contract… for one that takes something away')
    .option('--dir <folder>', 'where to; by default the folder of the configured database')
    .option('--time <ms>', 'of its twin for the other database, which has the same name');
  return command.action((name: string, options: GenerateOptions) => {
    if (!CLASS_NAME.test(name)) command.error('error: a migration is named like AddTeams', WRONG_USAGE);
    if (options.time !== undefined && !TIME.test(options.time))
      command.error('error: the time is that of the other file: 13 digits', WRONG_USAGE);
    return action((given: GenerateOptions, output) => generate(name, given, output))(options);
  });
}

async function generate(name: string, options: GenerateOptions, output: Output): Promise<void> {
  const time = Number(options.time ?? Date.now());
  const { database } = await loadConfigOnce(readEnvironment());
  const { statements, checks } = await schemaDrift(database);
  if (checks.length > 0)
    throw new RefusedError(
      `A CHECK is changed by a migration written by hand: SQLite must build the table anew for it.\n${checks.join('\n')}`,
    );
  if (statements.length === 0)
    throw new RefusedError('Entities and schema agree: there is nothing to generate');
  const lost = takesAway(name) ? [] : await takenAwayByEntities(database);
  if (lost.length > 0)
    throw new RefusedError(
      `Old code still runs on the new schema, and this would take from it:\n${lost.map((line) => `  ${line}`).join('\n')}\nOnce nothing that may run needs it, name it Contract${name} (docs/decisions/0019-migrations-only-expand.md)`,
    );
  const path = join(
    options.dir ?? `apps/api/src/database/migrations/${database.type}`,
    `${time}-${name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase()}.ts`,
  );
  write(path, sourceOf(`${name}${time}`, statements));
  const twin = database.type === 'sqlite' ? 'with DATABASE_URL' : 'without DATABASE_URL';
  output.line(`Wrote ${path}: read it, and add it to the index beside it`);
  output.result(
    { path, name: `${name}${time}` },
    `Its twin, ${twin}: npm run migration:generate ${name} -- --time ${time}`,
  );
}

/** @throws StartupError where there is such a file already, or no such folder */
function write(path: string, source: string): void {
  try {
    writeFileSync(path, source, { flag: 'wx' });
  } catch (error) {
    throw new StartupError(`Cannot write ${path} (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    });
  }
}

function sourceOf(className: string, statements: readonly Statement[]): string {
  const linesOf = (queries: string[]): string =>
    queries.map((query) => `    await runner.query(\`${query}\`);\n`).join('');
  return `import { MigrationInterface, QueryRunner } from 'typeorm';

export class ${className} implements MigrationInterface {
  name = '${className}';

  async up(runner: QueryRunner): Promise<void> {
${linesOf(statements.map(({ up }) => up))}  }

  async down(runner: QueryRunner): Promise<void> {
${linesOf(statements.map(({ down }) => down).toReversed())}  }
}
`;
}
