import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
