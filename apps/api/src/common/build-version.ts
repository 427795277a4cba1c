import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the build wrote beside the bundle; `dev` where the code runs unbuilt. */
export function buildVersion(): string {
  try {
    return (JSON.parse(readFileSync(join(__dirname, 'build.json'), 'utf8')) as { version: string }).version;
  } catch {
    return 'dev';
  }
}
