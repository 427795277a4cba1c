import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this program, whether it runs from its sources or compiled. */
function home(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'cdk.json'))) folder = dirname(folder);
  return folder;
}

export const INFRA = home();
export const DEPLOY = dirname(INFRA);
