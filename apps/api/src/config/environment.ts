import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The variables of the process over those of `.env.<NODE_ENV>` in the working directory, NODE_ENV being `development`
 * unless set. A missing file is an empty one.
 */
export function readEnvironment(directory = process.cwd()): Record<string, string | undefined> {
  const environment = process.env['NODE_ENV'] ?? 'development';
  return { NODE_ENV: environment, ...readFile(join(directory, `.env.${environment}`)), ...process.env };
}

function readFile(path: string): Record<string, string> {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
