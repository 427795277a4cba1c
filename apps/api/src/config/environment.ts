import { parse } from 'dotenv';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { StartupError } from '../common/startup-error';

/**
 * The variables of the process over those of `.env.<NODE_ENV>` in the working directory, NODE_ENV being `development`
 * unless set. A missing file is an empty one; `NAME=` in the process takes the file's value away.
 * @throws StartupError where the file is there and cannot be read
 */
export function readEnvironment(directory = process.cwd()): Record<string, string | undefined> {
  const environment = process.env['NODE_ENV'] || 'development';
  return { NODE_ENV: environment, ...readFile(join(directory, `.env.${environment}`)), ...process.env };
}

/** Before the name of a variable that is meant for the other place of a move, and not for this one. */
const THERE = 'THERE_';

/**
 * The variables of another place than this: those of a file, under them NODE_ENV by its name (`.env.staging`), over them
 * the process's variables that begin with `THERE_`, for what should stand in no file: `THERE_DATABASE_URL`. PATH is that of
 * this machine, whose programs do the work.
 * @throws StartupError where there is no such file, or it cannot be read
 */
export function readEnvironmentOf(file: string): Record<string, string | undefined> {
  if (!existsSync(file))
    throw new StartupError(`There is no file ${file} with the variables of the other place`);
  return {
    PATH: process.env['PATH'],
    NODE_ENV: /^\.env\.(\w+)$/.exec(basename(file))?.[1] ?? 'production',
    ...readFile(file),
    ...forThere(),
  };
}

/** Names of the variables that the process has for the other place, without `THERE_`. */
export function givenThere(): string[] {
  return Object.entries(forThere())
    .filter(([, value]) => value !== '')
    .map(([name]) => name);
}

function forThere(): Record<string, string | undefined> {
  const given = Object.entries(process.env).filter(([name]) => name.startsWith(THERE));
  return Object.fromEntries(given.map(([name, value]) => [name.slice(THERE.length), value]));
}

function readFile(path: string): Record<string, string> {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new StartupError(`Cannot read ${path} (${code}): change its rights, or move it away`, {
      cause: error,
    });
  }
}
