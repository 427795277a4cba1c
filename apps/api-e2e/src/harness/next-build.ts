import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DIST } from './built-api';

export const MADE_UP = 'AddTeams9999999999999';

/** What the release after this one might add: a table, a column that may be empty, an index over rows that are there. */
const STATEMENTS = [
  'create table made_up (rid integer primary key, name text not null)',
  'alter table ticket add column made_up_rid integer references made_up (rid)',
  'create index ticket_made_up on ticket (made_up_rid, subject)',
];
const UNDONE = [
  'drop index if exists ticket_made_up',
  'alter table ticket drop column made_up_rid',
  'drop table made_up',
];

/** For a connection of one's own: takes back what it added. */
export const TAKEN_BACK = [...UNDONE, `delete from migrations where name = '${MADE_UP}'`];

/** @returns the commands of a build that is this one and a migration more, for SQLite; to be removed with the folder */
export function nextBuild(folder: string): string {
  const dist = join(folder, 'next', 'api');
  mkdirSync(join(folder, 'next'), { recursive: true });
  cpSync(DIST, dist, { recursive: true });
  rmSync(join(dist, 'node_modules'), { force: true });
  symlinkSync(resolve(__dirname, '../../../../node_modules'), join(folder, 'next', 'node_modules'));
  const bundle = join(dist, 'cli.bundle.js');
  const run = STATEMENTS.map((sql) => `await runner.query(${JSON.stringify(sql)});`).join('');
  const migration = `class ${MADE_UP} { async up(runner) { ${run} } async down() {} }`;
  const code = readFileSync(bundle, 'utf8');
  const longer = code.replace(/(SQLITE_MIGRATIONS\w*\s*=\s*\[[^\]]*)\]/, `$1, ${migration}]`);
  if (longer === code) throw new Error('The build has no list of migrations for SQLite');
  writeFileSync(bundle, longer);
  return dist;
}
