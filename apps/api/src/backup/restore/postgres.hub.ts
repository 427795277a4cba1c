import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { RefusedError } from '../../common/operator-errors';
import type { PostgresConfig } from '../../config/database.schema';
import { connectTo } from '../../transfer/connect-postgres';
import { quoted } from '../../transfer/tables';

/** Databases that every server has. One that somebody is connected to can be given no other name. */
const HUBS = ['postgres', 'template1'];
const NO_DATABASE = '3D000';
const MAY_NOT = new Set([NO_DATABASE, '42501', '28000']);

/** Of a name, in bytes: what is longer is cut by the server without a word. */
const NAME_BYTES = 63;

/** A name as the server has it, with so many bytes to spare. */
export const cutName = (name: string, spare = 0): string =>
  Buffer.from(name)
    .toString('utf8', 0, NAME_BYTES - spare)
    .replace(/\ufffd$/, '');

/** A connection to the server of a database, and not to itself. @throws StartupError where there is none to be had */
export async function connectToHub(config: PostgresConfig): Promise<Client> {
  let refusal: unknown;
  for (const database of HUBS.filter((name) => name !== config.database)) {
    try {
      return await connectTo({ ...config, database });
    } catch (error) {
      refusal = error;
      if (!MAY_NOT.has(codeOf(error))) throw error;
    }
  }
  throw refusal;
}

const codeOf = (error: unknown): string =>
  ((error as { cause?: { code?: string } }).cause?.code ?? (error as { code?: string }).code) || '';

/** A database as its server knows it. */
export interface LiveDatabase {
  owner: string;
  /** What CREATE DATABASE makes one of the same kind by. */
  likeness: string;
}

const LIVE = `
  select pg_get_userbyid(d.datdba) as owner, pg_encoding_to_char(d.encoding) as encoding, s.spcname as tablespace, to_jsonb(d) as all
  from pg_database d join pg_tablespace s on s.oid = d.dattablespace where d.datname = $1`;
const PROVIDERS: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin' };

/** Undefined where there is none of this name. */
export async function liveDatabase(hub: Client, name: string): Promise<LiveDatabase | undefined> {
  interface Found {
    owner: string;
    encoding: string;
    tablespace: string;
    all: Record<string, string | number | null>;
  }
  const [found] = (await hub.query<Found>(LIVE, [name])).rows;
  if (found === undefined) return undefined;
  const { owner, encoding, tablespace, all } = found;
  // Columns by version of the server: a provider from 15 on, its locale under another name from 17 on.
  const provider = PROVIDERS[String(all['datlocprovider'] ?? '')];
  const locale = all['datlocale'] ?? all['daticulocale'] ?? null;
  const options = [
    `owner ${quoted(owner)} encoding ${text(encoding)}`,
    `lc_collate ${text(all['datcollate'])} lc_ctype ${text(all['datctype'])}`,
    ...(provider === undefined ? [] : [`locale_provider ${provider}`]),
    ...(locale === null ? [] : [`${provider === 'icu' ? 'icu_locale' : 'builtin_locale'} ${text(locale)}`]),
    ...(all['daticurules'] == null ? [] : [`icu_rules ${text(all['daticurules'])}`]),
    ...(tablespace === 'pg_default' ? [] : [`tablespace ${quoted(tablespace)}`]),
    `connection limit ${String(all['datconnlimit'])}`,
  ];
  return { owner, likeness: options.join(' ') };
}

const text = (value: unknown): string => `'${String(value).replaceAll("'", "''")}'`;

const RIGHTS = `
  select r.rolsuper or r.rolcreatedb as "mayCreate", coalesce(pg_has_role(d.datdba, 'USAGE'), true) as "isOurs"
  from pg_roles r left join pg_database d on d.datname = $1 where r.rolname = current_user`;

/** @throws RefusedError that says what an administrator has to grant */
export async function assertMayRename(hub: Client, { user, database }: PostgresConfig): Promise<void> {
  const [rights] = (await hub.query<{ mayCreate: boolean; isOurs: boolean }>(RIGHTS, [database])).rows;
  const lacking = [
    ...(rights?.mayCreate ? [] : [`alter role ${quoted(user)} createdb;`]),
    ...(rights?.isOurs ? [] : [`alter database ${quoted(database)} owner to ${quoted(user)};`]),
  ];
  if (lacking.length > 0)
    throw new RefusedError(
      `A restore makes a database and gives it the name of the present one, which ${user} may not. As an administrator of the server run: ${lacking.join(' ')} Nothing was written`,
    );
}

const TRIES = 10;
const PAUSE_MS = 300;

const CONNECTED = `
  select coalesce(nullif(application_name, ''), 'a program') || ' of ' || usename ||
    coalesce(' from ' || host(client_addr), '') || case when count(*) > 1 then ' (' || count(*) || ' connections)' else '' end as who
  from pg_stat_activity where datname = $1 and pid <> pg_backend_pid() and backend_type = 'client backend'
  group by application_name, usename, client_addr order by 1`;

/** Who has just left is gone in a moment. @throws RefusedError that names who is connected */
export async function assertNobodyConnected(hub: Client, database: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const { rows } = await hub.query<{ who: string }>(CONNECTED, [database]);
    if (rows.length === 0) return;
    if (tried === TRIES)
      throw new RefusedError(
        `The database ${database} is in use by ${rows.map(({ who }) => who).join(', ')}: stop every server first. The desk is as it was`,
      );
    await pause(PAUSE_MS);
  }
}

/** What drafts of a database are called; the lock of holdRestores() makes them ours. */
export const draftPrefix = (database: string): string =>
  `liftdesk_restore_${createHash('sha256').update(database).digest('hex').slice(0, 8)}_`;

/**
 * One restore of a database at a time, until the connection ends; what killed ones left is removed.
 * @throws RefusedError where one is under way
 */
export async function holdRestores(hub: Client, database: string): Promise<void> {
  const prefix = draftPrefix(database);
  const lock = await hub.query<{ isOurs: boolean }>('select pg_try_advisory_lock(hashtext($1)) as "isOurs"', [
    prefix,
  ]);
  if (!lock.rows[0]?.isOurs)
    throw new RefusedError(`Another restore into ${database} is under way. Nothing was written`);
  const left = await hub.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  );
  for (const { datname } of left.rows) await dropDatabase(hub, datname);
}

export async function dropDatabase(hub: Client, name: string): Promise<void> {
  await hub.query(`drop database if exists ${quoted(name)} with (force)`);
}
