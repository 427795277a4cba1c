/** From a clone to something that runs: the same steps for `npm start`, `npm test`, `npm run dev` and the operators' commands. */
import { ensureBuilt } from './workspace/build.mjs';
import { ensureInstalled } from './workspace/install.mjs';
import { runBriefly, runHere, toolEnvironment } from './workspace/processes.mjs';
import { step } from './workspace/steps.mjs';

/** @returns {'development' | 'staging' | 'production' | string} what the server will read too */
export function profile() {
  return process.env.NODE_ENV || 'development';
}

/** Packages, then the build of what is named. */
export async function setUp(...projects) {
  await ensureInstalled();
  await ensureBuilt(...projects);
}

/** Brings the database to this version and, in development, fills an empty one with demo data. */
export async function prepareDatabase() {
  const env = toolEnvironment({ NODE_ENV: profile() });
  await step('Bringing the database up to date', () => operate('migrate', ['migration:run'], env));
  if (profile() !== 'development') return;
  await step('Loading demo data where there is none', () =>
    operate('seed', ['seed', '--demo-if-empty'], env),
  );
}

/** One of the operators' commands on this terminal, the API built first. @returns {Promise<number>} its exit code */
export async function runOperatorCommand(args) {
  await setUp('api');
  return runHere([process.execPath, ['dist/apps/api/cli.js', ...args]], {
    ...process.env,
    NODE_ENV: profile(),
  });
}

async function operate(log, args, env) {
  await runBriefly(log, [process.execPath, ['dist/apps/api/cli.js', ...args]], env);
}
