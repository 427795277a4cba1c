import type { Client } from 'pg';
import { quoted } from '../../transfer/tables';

/**
 * What was granted on a database and on what is in it, as statements for another one of the same schema. Owners have their
 * rights by themselves.
 */
const GRANTS = `
  with granted (target, columns, acl, owner) as (
    select 'database ' || quote_ident($1::text), '', datacl, datdba from pg_database where datname = current_database()
    union all
    select 'schema ' || quote_ident(nspname), '', nspacl, nspowner from pg_namespace where oid = current_schema()::regnamespace
    union all
    select case relkind when 'S' then 'sequence ' else 'table ' end || quote_ident(relname), '', relacl, relowner
    from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select 'table ' || quote_ident(c.relname), ' (' || quote_ident(a.attname) || ')', a.attacl, c.relowner
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = current_schema()::regnamespace and not a.attisdropped
  )
  select format('revoke all on %s from public', target) as statement, 1 as turn from granted where acl is not null and columns = ''
  union all
  select format('grant %s%s on %s to %s%s', a.privilege_type, columns, target,
      case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
      case when a.is_grantable then ' with grant option' else '' end), 2
  from granted, aclexplode(acl) a where a.grantee <> owner
  union all
  select format('alter default privileges for role %I%s grant %s on %s to %s', pg_get_userbyid(d.defaclrole),
      coalesce(' in schema ' || quote_ident(n.nspname), ''), a.privilege_type,
      case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
      case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end), 3
  from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a
  where a.grantee <> d.defaclrole
  order by turn, statement`;

/** Whoever made the tables of the one there may be another than who restores. */
const OWNERS = `
  select format('alter table %I owner to %I', relname, pg_get_userbyid(relowner)) as statement
  from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm')
    and pg_get_userbyid(relowner) <> current_user`;

const SETTINGS = `
  select case when s.setrole = 0 then format('alter database %I', $1::text) else format('alter role %I in database %I', r.rolname, $1::text) end as who,
    split_part(one, '=', 1) as name, substr(one, strpos(one, '=') + 1) as value
  from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) one
  where s.setdatabase = (select oid from pg_database where datname = current_database())`;

interface Setting {
  who: string;
  name: string;
  value: string;
}

/**
 * Gives a database what another one has besides its rows: owners of its tables, grants and settings.
 * @param to connected to it
 * @param name of it
 * @returns what could not be given it, as statements for an administrator
 */
export async function takeOverRights(from: Client, to: Client, name: string): Promise<string[]> {
  const refused: string[] = [];
  const statements = [
    ...(await from.query<{ statement: string }>(OWNERS)).rows,
    ...(await from.query<{ statement: string }>(GRANTS, [name])).rows,
  ];
  for (const { statement } of statements)
    if (!(await succeeds(to, [statement]))) refused.push(`${statement};`);
  for (const { who, name: setting, value } of (await from.query<Setting>(SETTINGS, [name])).rows) {
    const names = setting.split('.').map(quoted).join('.');
    // As it is understood, not as it is written: a list of names is no text.
    const isSet = await succeeds(to, [
      `select set_config(${text(setting)}, ${text(value)}, true)`,
      `${who} set ${names} from current`,
    ]);
    if (!isSet) refused.push(`${who} set ${names} to ${text(value)};`);
  }
  return refused;
}

async function succeeds(client: Client, statements: readonly string[]): Promise<boolean> {
  await client.query('begin');
  try {
    for (const statement of statements) await client.query(statement);
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback');
    // Only what the server itself refuses is left to somebody who may.
    if ((error as { severity?: string }).severity === undefined) throw error;
    return false;
  }
}

const text = (value: string): string =>
  `${value.includes('\\') ? ' E' : ''}'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
