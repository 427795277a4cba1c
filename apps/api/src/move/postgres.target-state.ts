import type { Client } from 'pg';
import type { PostgresConfig } from '../config/database.schema';
import { OLDEST_POSTGRES } from '../database/postgres';
import { connectTo } from '../transfer/connect-postgres';
import { describeDatabase } from '../transfer/places';
import { type TableShape, quoted } from '../transfer/tables';
import { MARKER } from './half-moved';
import { isServed } from './postgres.servers';
import { type TargetState, emptiness, listed, ownTables } from './target-state';

const ABOUT = `
  select current_setting('server_version') as version, current_schema() as schema, current_user as "user",
    coalesce(has_schema_privilege(current_schema(), 'create'), false) as "mayCreate",
    current_setting('transaction_read_only') = 'on' or pg_is_in_recovery() as "isReadOnly"`;
/** What an extension brought belongs to it. */
const TABLES = `
  select c.relname as name, pg_has_role(c.relowner, 'usage') as "isOurs" from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
    and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by c.relname`;

interface About {
  version: string;
  schema: string | null;
  user: string;
  mayCreate: boolean;
  isReadOnly: boolean;
}

/** @throws StartupError where it cannot be reached */
export async function postgresTarget(
  config: PostgresConfig,
  tables: readonly TableShape[],
  known: readonly string[],
): Promise<TargetState> {
  const client = await connectTo(config);
  try {
    const about = (await client.query<About>(ABOUT)).rows[0] as About;
    const { rows: there } = await client.query<{ name: string; isOurs: boolean }>(TABLES);
    const names = there.map(({ name }) => name);
    const isMarked = names.includes(MARKER);
    const problems = [...rightsOf(about)];
    const others = there.filter(({ isOurs }) => !isOurs).map(({ name }) => name);
    if (others.length > 0)
      problems.push(
        `${about.user} does not own ${listed(others)}: give it what is there, or another database`,
      );
    else if (!isMarked) {
      const migrations = names.includes('migrations')
        ? await list(client, 'select name from migrations order by id')
        : null;
      const found = {
        place: describeDatabase(config),
        names,
        filled: await filled(client, names),
        migrations,
      };
      problems.push(...emptiness(found, ownTables(tables), known));
      // On one that is marked none starts.
      if (await isServed(client))
        problems.push(`A server is connected to ${found.place}: stop it, and start it on what has arrived`);
    }
    return { engineVersion: `PostgreSQL ${about.version}`, isMarked, problems };
  } finally {
    await client.end();
  }
}

function rightsOf({ version, schema, user, mayCreate, isReadOnly }: About): string[] {
  const problems: string[] = [];
  if (Number.parseInt(version, 10) < OLDEST_POSTGRES)
    problems.push(`PostgreSQL ${version} is too old: ${OLDEST_POSTGRES} or newer is needed`);
  if (isReadOnly) problems.push('The target is read-only: give the writer’s address');
  if (!mayCreate)
    problems.push(
      `${user} may not create tables there: make it the owner of the database, or grant create on schema ${schema ?? 'public'}`,
    );
  return problems;
}

async function filled(client: Client, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    if (name === 'migrations' || name === 'maintenance') continue;
    const { rowCount } = await client.query(`select 1 from ${quoted(name)} limit 1`);
    if (rowCount !== 0) found.push(name);
  }
  return found;
}

const list = async (client: Client, sql: string): Promise<string[]> =>
  (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
