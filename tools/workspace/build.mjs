/** Builds what changed. The check reads names, sizes and times only, so that a start with nothing to do does not even start nx. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBuildInfo } from './build-info.mjs';
import { ROOT, nx, runQuietly, toolEnvironment } from './processes.mjs';
import { step } from './steps.mjs';

const SHARED = ['package.json', 'package-lock.json', 'tsconfig.base.json', 'nx.json', 'tools'];
const PROJECTS = {
  api: { label: 'API', output: 'dist/apps/api/main.js', inputs: ['apps/api', 'libs', '.swcrc', ...SHARED] },
  web: {
    label: 'client',
    output: 'dist/apps/web/browser/index.html',
    inputs: ['apps/web', 'libs/api-client', ...SHARED],
  },
};

/** @param {('api' | 'web')[]} names */
export async function ensureBuilt(...names) {
  const stale = names.filter(
    (name) => existsSync(join(ROOT, 'apps', name, 'project.json')) && !isFresh(name),
  );
  if (stale.length === 0) return;
  const before = new Map(stale.map((name) => [name, digest(name)]));
  await step(`Building ${stale.map((name) => PROJECTS[name].label).join(' and ')}`, () =>
    runQuietly(
      'build',
      nx('run-many', '-t', 'build', '-p', stale.join(',')),
      toolEnvironment({ NODE_ENV: '' }),
    ),
  );
  writeBuildInfo();
  for (const [name, inputs] of before) {
    mkdirSync(join(ROOT, 'dist/.built'), { recursive: true });
    writeFileSync(stampOf(name), inputs);
  }
}

/** Somebody else writes this output from now on: the next `ensureBuilt` asks nx. */
export function forgetBuild(name) {
  rmSync(stampOf(name), { force: true });
}

function isFresh(name) {
  if (!existsSync(join(ROOT, PROJECTS[name].output))) return false;
  try {
    return readFileSync(stampOf(name), 'utf8') === digest(name);
  } catch {
    return false;
  }
}

function stampOf(name) {
  return join(ROOT, 'dist/.built', name);
}

function digest(name) {
  const hash = createHash('sha256');
  for (const input of PROJECTS[name].inputs) add(hash, input);
  return hash.digest('hex');
}

function add(hash, path) {
  const full = join(ROOT, path);
  const found = statSync(full, { throwIfNoEntry: false });
  if (found === undefined || /\.spec\.ts$|\/(node_modules|openapi\.json)$/.test(path)) return;
  if (found.isDirectory()) {
    for (const name of readdirSync(full).sort()) add(hash, `${path}/${name}`);
  } else {
    hash.update(`${path} ${found.size} ${found.mtimeMs}\n`);
  }
}
