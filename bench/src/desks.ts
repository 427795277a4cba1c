import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { API, DESKS, RUN } from './paths';
import { essentials } from './server-process';

export const AGENT = {
  email: 'bench@havn.example',
  name: 'Bench Agent',
  password: 'correct horse bench staple',
};
export const SECRET = 'a secret for measuring, of more than enough characters';
/** The desk's last day: the same desk whenever it is made. */
const UNTIL = '2026-11-01';

/** A seeded database, and what the requests need to know of it. */
export interface Desk {
  path: string;
  tickets: number;
  /** Ids of tickets all over the desk. */
  ticketIds: string[];
  agentRid: number;
}

/** A desk of this size with the bench's agent, made the first time; then a copy of its own, to be written into. */
export function copyOfDesk(tickets: number, name: string): Desk {
  const seeded = ensureDesk(tickets);
  const folder = join(RUN, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'desk.sqlite');
  copyFileSync(seeded, path, constants.COPYFILE_FICLONE);
  operate(path, 'migration:run');
  return { path, tickets, ...lookInto(path) };
}

function ensureDesk(tickets: number): string {
  const path = join(DESKS, `desk-${tickets}.sqlite`);
  const ready = join(DESKS, `desk-${tickets}-ready.sqlite`);
  if (existsSync(ready)) return ready;
  mkdirSync(DESKS, { recursive: true });
  if (!existsSync(path)) operate(path, 'seed', '--tickets', String(tickets), '--until', UNTIL);
  operate(
    path,
    'user:create',
    '--role',
    'agent',
    ...Object.entries(AGENT).flatMap(([key, value]) => [`--${key}`, value]),
  );
  renameSync(path, ready);
  return ready;
}

function operate(path: string, ...args: string[]): void {
  const env = { ...essentials(), NODE_ENV: 'test', JWT_SECRET: SECRET, DATABASE_PATH: path };
  const { status, stderr } = spawnSync(process.execPath, [join(API, 'cli.js'), ...args], {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args[0]} failed on ${path}: ${stderr}`);
}

function lookInto(path: string): Pick<Desk, 'ticketIds' | 'agentRid'> {
  const connection = new Database(path);
  const ids = connection.prepare(
    'select id from ticket where rid in (select abs(random()) % (select max(rid) from ticket) + 1 from ticket limit 500)',
  );
  const agent = connection.prepare(`select rid from "user" where email = ?`).pluck();
  const desk = { ticketIds: ids.pluck().all() as string[], agentRid: agent.get(AGENT.email) as number };
  connection.close();
  return desk;
}
