import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AGENT, Desk, SECRET } from './desks';
import { API, ROOT, RUN } from './paths';
import type { RecordedAnswers } from './recorded-answers';
import { ServerProcess } from './server-process';

export type ContestantName = 'liftdesk' | 'nest' | 'express' | 'cured';

export const WHAT_IT_IS: Readonly<Record<ContestantName, string>> = {
  liftdesk: 'Liftdesk as built, in production settings, signed in',
  nest: 'bare Nest controller that returns the same bytes, no database',
  express: 'bare express + better-sqlite3, hand-written SQL, as they come',
  cured: 'the same express with the adapter’s cure (node given the classes, no ETag)',
};

/** A server under load and what to send along. */
export interface Contestant {
  name: ContestantName;
  server: ServerProcess;
  headers: Record<string, string>;
}

const PORTS: Readonly<Record<ContestantName, number>> = {
  liftdesk: 5461,
  nest: 5462,
  express: 5463,
  cured: 5464,
};
/** Everybody may ask as often as the machine can answer. */
const NO_LIMIT = '1000000000';

/** As it is started in production. */
const NODE_FLAGS = (
  createRequire(__filename)(join(ROOT, 'ecosystem.config.js')) as { apps: [{ node_args: string[] }] }
).apps[0].node_args;

/** @param port another one where two of them run at once */
export async function startLiftdesk(desk: Desk, port = PORTS.liftdesk, profile = false): Promise<Contestant> {
  const folder = dirname(desk.path);
  const server = await ServerProcess.start({
    args: [
      ...NODE_FLAGS,
      ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${join(RUN, 'profile')}`] : []),
      join(API, 'main.js'),
    ],
    cwd: folder,
    port,
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_PATH: desk.path,
      UPLOAD_DIR: join(folder, 'uploads'),
      LOG_DIR: join(folder, 'logs'),
      LOG_LEVEL: 'warn',
      WEB_DIR: join(ROOT, 'dist/apps/web/browser'),
      JWT_SECRET: SECRET,
      JWT_EXPIRES_IN: '8h',
      RATE_LIMIT_USER: NO_LIMIT,
      RATE_LIMIT_ANONYMOUS: NO_LIMIT,
    },
  });
  return { name: 'liftdesk', server, headers: { authorization: `Bearer ${await signIn(server)}` } };
}

export async function startExpress(desk: Desk, name: 'express' | 'cured'): Promise<Contestant> {
  const args = [join(__dirname, 'express.program.js'), desk.path, String(desk.agentRid), String(PORTS[name])];
  if (name === 'cured') args.push('--cured');
  const server = await ServerProcess.start({
    args,
    cwd: dirname(desk.path),
    port: PORTS[name],
    env: { NODE_ENV: 'production' },
  });
  return { name, server, headers: {} };
}

export async function startNest(answers: RecordedAnswers): Promise<Contestant> {
  const folder = join(RUN, 'nest');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  const server = await ServerProcess.start({
    args: [join(__dirname, 'nest.program.js'), file, String(PORTS.nest)],
    cwd: folder,
    port: PORTS.nest,
    env: { NODE_ENV: 'production' },
  });
  return { name: 'nest', server, headers: {} };
}

async function signIn({ url }: ServerProcess): Promise<string> {
  const { email, password } = AGENT;
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Signing in failed: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { accessToken: string }).accessToken;
}
