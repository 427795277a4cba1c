import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { once } from 'node:events';
import { API, RUN } from '../paths';
import type { OwnPostgres } from './own-postgres';
import { type Run, run } from './peak-memory';
import { SECRET } from '../desks';

/** Brings a desk of SQLite into an empty database. */
export type Mover = (path: string, server: OwnPostgres, database: string, tables: string[]) => Promise<Moved>;

export interface Moved {
  /** Rows, indexes and foreign keys; what we do beyond it left out. */
  seconds: number;
  peakMB: number;
  /** Of Liftdesk alone. */
  extra?: { proof: number; search: number; whole: number };
}

const ENV = { HOME: '/root', LANG: 'C.UTF-8' };

/** pgloader with the settings it comes with. It makes its own schema: no checks, other types. */
export const byPgloader: Mover = async (path, server, database) => {
  const url = server.database(database);
  const script = join(RUN, 'pgloader.load');
  writeFileSync(
    script,
    `load database from sqlite://${path} into ${url.replace('postgres://', 'postgresql://')}
     with include drop, create tables, create indexes, reset sequences
     excluding table names like 'ticket_fts%', 'migrations', 'maintenance';\n`,
  );
  return run('pgloader', [script], ENV);
};

/** CSV by SQLite's shell, \copy by psql into our own schema without indexes and foreign keys, which are made after. */
export const byCopy: Mover = async (path, server, database, tables) => {
  const url = server.database(database);
  await liftdesk(['migration:run'], { DATABASE_URL: url });
  const folder = join(RUN, 'csv');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const list = (sql: string): string[] => server.psql(database, sql).split('\n').filter(Boolean);
  const keys =
    list(`select format('alter table %s add constraint %I %s;', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`);
  const indexes =
    list(`select pg_get_indexdef(indexrelid) || ';' from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = 'public'::regnamespace and not indisprimary`);
  server.psql(
    database,
    list(`select format('alter table %s drop constraint %I;', conrelid::regclass, conname) from pg_constraint
      where contype = 'f' and connamespace = 'public'::regnamespace
      union all select format('drop index %s;', indexrelid::regclass) from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = 'public'::regnamespace and not indisprimary`).join('\n'),
  );
  const began = performance.now();
  for (const table of tables) {
    const columns = server.psql(
      database,
      `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns where table_name = '${table}'`,
    );
    const file = join(folder, `${table}.csv`);
    await toFile('sqlite3', ['-csv', path, `select ${columns} from "${table}"`], file);
    server.psql(database, `\\copy "${table}" (${columns}) from '${file}' with (format csv)`);
  }
  server.psql(database, [...indexes, ...keys, 'analyze;'].join('\n'));
  return { seconds: (performance.now() - began) / 1000, peakMB: NaN };
};

interface Report {
  /** Seconds of each phase. */
  phases: Record<string, number>;
}

export const byLiftdesk: Mover = async (path, server, database) => {
  const url = server.database(database);
  const {
    seconds: whole,
    peakMB,
    stdout,
  } = await liftdesk(
    [
      'db:move',
      '--from',
      `sqlite:${path}`,
      '--to',
      'env:TARGET',
      '--reports',
      join(RUN, 'reports'),
      '--json',
    ],
    { TARGET: url },
  );
  const { phases } = JSON.parse(stdout) as Report;
  const { proof = 0, search = 0 } = phases;
  return { seconds: whole - proof - search, peakMB, extra: { proof, search, whole } };
};

function liftdesk(args: string[], env: Record<string, string>): Promise<Run> {
  return run(process.execPath, [join(API, 'cli.js'), ...args], {
    ...ENV,
    ...{ NODE_ENV: 'test', JWT_SECRET: SECRET },
    ...env,
  });
}

async function toFile(program: string, args: string[], path: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const file = createWriteStream(path);
  child.stdout.pipe(file);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  if (!file.closed) await once(file, 'close');
}
