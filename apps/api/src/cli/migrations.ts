import { Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, revertLast } from '../database/migrate';
import { schemaDrift } from '../database/schema-drift';
import { migrationState, assertNotNewer } from '../database/migration-state';
import { StartupError } from '../common/startup-error';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { withDatabase, withDatabaseAlone } from './with-database';

export function migrationCommands(): Command[] {
  return [
    new Command('migration:run').description('bring the database to this version').action(run),
    new Command('migration:revert').description('take the newest migration back').action(revert),
    new Command('migration:show')
      .description('list migrations and whether the database has had them')
      .action(show),
    new Command('migration:check')
      .description('fail where entities and migrated schema differ')
      .action(check),
    new Command('migration:generate')
      .description('write a migration with what entities have and the schema lacks')
      .argument('<name>', 'such as AddTeams')
      .option('--dir <folder>', 'where to; by default the folder of the configured database')
      .option('--time <ms>', 'of its twin for the other database, which has the same name')
      .action(generate),
  ];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(): Promise<void> {
  await withDatabaseAlone(async (dataSource) => {
    assertNotNewer((await migrationState(dataSource)).unknown);
    const applied = await migrate(dataSource);
    for (const { name } of applied) say(`applied ${name}`);
    if (applied.length === 0) say('The database is up to date');
  });
}

async function revert(): Promise<void> {
  await withDatabaseAlone(async (dataSource) => {
    assertNotNewer((await migrationState(dataSource)).unknown);
    await revertLast(dataSource);
    const { pending } = await migrationState(dataSource);
    say(`${pending.length} migration(s) now wait to be run: ${pending.join(', ') || 'none'}`);
  });
}

async function show(): Promise<void> {
  await withDatabase(async (dataSource) => {
    const { pending, unknown } = await migrationState(dataSource);
    for (const { name } of dataSource.migrations)
      say(`${pending.includes(name ?? '') ? '[ ]' : '[x]'} ${name}`);
    for (const name of unknown) say(`[?] ${name} (of a newer version)`);
  });
}

async function check(): Promise<void> {
  const { database } = await loadConfigOnce(readEnvironment());
  const { statements, checks } = await schemaDrift(database);
  const lines = [...statements.map(({ up }) => up), ...checks];
  if (lines.length > 0)
    throw new StartupError(
      `Entities and schema differ. Missing:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
  say('Entities and schema agree');
}

interface GenerateOptions {
  dir?: string;
  time?: string;
}

async function generate(name: string, options: GenerateOptions): Promise<void> {
  if (!/^[A-Z][A-Za-z0-9]+$/.test(name)) throw new StartupError('A migration is named like AddTeams');
  const time = Number(options.time ?? Date.now());
  if (!Number.isSafeInteger(time)) throw new StartupError('The time is that of the other file: 13 digits');
  const { database } = await loadConfigOnce(readEnvironment());
  const dir = options.dir ?? `apps/api/src/database/migrations/${database.type}`;
  const { statements: drift, checks } = await schemaDrift(database);
  if (checks.length > 0)
    throw new StartupError(
      `A CHECK is changed by a migration written by hand: SQLite must build the table anew for it.\n${checks.join('\n')}`,
    );
  if (drift.length === 0) throw new StartupError('Entities and schema agree: there is nothing to generate');
  const kebab = name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
  const statements = (queries: string[]): string =>
    queries.map((query) => `    await runner.query(\`${query}\`);\n`).join('');
  const path = join(dir, `${time}-${kebab}.ts`);
  writeFileSync(
    path,
    `import { MigrationInterface, QueryRunner } from 'typeorm';

export class ${name}${time} implements MigrationInterface {
  name = '${name}${time}';

  async up(runner: QueryRunner): Promise<void> {
${statements(drift.map(({ up }) => up))}  }

  async down(runner: QueryRunner): Promise<void> {
${statements(drift.map(({ down }) => down).toReversed())}  }
}
`,
    { flag: 'wx' },
  );
  const twin = database.type === 'sqlite' ? 'with DATABASE_URL' : 'without DATABASE_URL';
  say(`Wrote ${path}: read it, and add it to the index beside it`);
  say(`Its twin, ${twin}: npm run migration:generate ${name} -- --time ${time}`);
}
