import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** The built product that the journeys drive. */
export const DIST = resolve(process.env['DIST_DIR'] ?? join(__dirname, '../../../../dist/apps'));

const run = promisify(execFile);

/** @throws Error that says what to do where the product is not built */
export function assertBuilt(): void {
  for (const file of ['api/main.js', 'api/cli.js', 'web/browser/index.html']) {
    if (!existsSync(join(DIST, file)))
      throw new Error(`${join(DIST, file)} is missing: run "npm run build" first, or set DIST_DIR`);
  }
}

/**
 * What a server and the operators' commands are told about a desk that lives in `folder`. Nothing of the surroundings
 * but PATH and HOME gets in, and the limits leave room for the haste of a machine.
 */
export function environmentOf(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_ENV: 'development',
    DATABASE_PATH: join(folder, 'desk.sqlite'),
    UPLOAD_DIR: join(folder, 'uploads'),
    LOG_DIR: join(folder, 'logs'),
    WEB_DIR: join(DIST, 'web/browser'),
    JWT_SECRET: 'only-for-browser-journeys-on-this-machine',
    HOST: '127.0.0.1',
    RATE_LIMIT_ANONYMOUS: '100000',
    RATE_LIMIT_USER: '100000',
    RATE_LIMIT_UPLOADS_CUSTOMER: '1000',
    RATE_LIMIT_UPLOADS_AGENT: '1000',
    SIGN_IN_FAILURES_PER_ADDRESS: '1000',
  };
}

/** Runs one of the operators' commands on the desk in `folder`. */
export async function runCommand(folder: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  await run(process.execPath, [join(DIST, 'api/cli.js'), ...args], {
    cwd: folder,
    env: { ...environmentOf(folder), ...env },
    timeout: 60_000,
  });
}
