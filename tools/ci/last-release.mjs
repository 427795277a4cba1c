/**
 * The API tests of the last release, on the schema of this one: what a rolling deployment and a way back rest on
 * (docs/decisions/0019-migrations-only-expand.md).
 *
 *   node tools/ci/last-release.mjs [--postgres] [pattern of tests ...]
 *
 * A release is a tag `v*` that HEAD descends from. Its code is cloned into a temporary folder, with its own packages; its
 * migrations alone are ours. What runs is every test that starts a desk and talks to it; others, such as those of migrations,
 * would compare its entities with our schema.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const MIGRATIONS = 'apps/api/src/database/migrations';
const ENGINES = { sqlite: 'SQLITE_MIGRATIONS', postgres: 'POSTGRES_MIGRATIONS' };
const STARTS_A_DESK = 'TestDesk.start';

const given = process.argv.slice(2);
const onPostgres = given.includes('--postgres');
const patterns = given.filter((argument) => argument !== '--postgres');
const say = (line) => process.stdout.write(`${line}\n`);
const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

const release = lastRelease();
if (release !== null) process.exitCode = await test(release);

/** @returns its tag; null where there is none, which is said */
function lastRelease() {
  const here = git('rev-parse', 'HEAD');
  const byVersion = ['-c', 'versionsort.suffix=-', 'tag', '--sort=-version:refname'];
  const tags = git(...byVersion, '--list', 'v*', '--merged', 'HEAD')
    .split('\n')
    .filter(Boolean);
  const before = tags.find((tag) => git('rev-list', '-n', '1', tag) !== here);
  if (before !== undefined) return before;
  say(
    git('rev-parse', '--is-shallow-repository') === 'true'
      ? 'LEFT OUT: this clone is shallow and knows no release. For its tests: git fetch --unshallow --tags'
      : 'There is no release yet whose tests could run on this schema',
  );
  return null;
}

async function test(tag) {
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-release-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => (remove(), process.exit(130)));
  try {
    say(`The API tests of ${tag} on the schema of ${git('rev-parse', '--short', 'HEAD')}`);
    const old = join(folder, tag);
    git('-c', 'advice.detachedHead=false', 'clone', '--quiet', '--shared', '--branch', tag, ROOT, old);
    for (const [engine, name] of Object.entries(ENGINES)) await replaceMigrations(old, engine, name);
    await installPackages(old);
    const config = `apps/api/jest.${onPostgres ? 'postgres.' : ''}config.js`;
    const jest = ['node_modules/jest/bin/jest.js', '-c', config, '--runTestsByPath'];
    return await run(old, process.execPath, [...jest, ...apiTests(old)]);
  } finally {
    remove();
  }
}

function apiTests(old) {
  const specs = git(
    '-C',
    old,
    'grep',
    '-l',
    '--fixed-strings',
    STARTS_A_DESK,
    '--',
    'apps/api/src/*.spec.ts',
  ).split('\n');
  return specs.filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)));
}

/** Ours with all that they import, in one file, so that they need nothing that the old code may not have. */
async function replaceMigrations(old, engine, name) {
  const folder = join(old, MIGRATIONS, engine);
  await build({
    entryPoints: [join(ROOT, MIGRATIONS, engine, 'index.ts')],
    outfile: join(folder, 'of-the-next-release.js'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    keepNames: true,
    packages: 'external',
    logLevel: 'warning',
  });
  const source = `import * as next from './of-the-next-release.js';\nexport const ${name} = next.${name};\n`;
  writeFileSync(join(folder, 'index.ts'), source);
}

/** Those that are here, where they are the same ones: whatever came in addition is in nobody's way. */
async function installPackages(old) {
  const packagesOf = (folder) => JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const [here, ours] = [join(ROOT, 'node_modules'), packagesOf(ROOT)];
  const isSame = ([path, { version }]) => path === '' || ours[path]?.version === version;
  if (existsSync(here) && Object.entries(packagesOf(old)).every(isSame))
    return symlinkSync(here, join(old, 'node_modules'));
  say('Its packages are others than ours: npm ci, which takes a few minutes');
  const code = await run(old, 'npm', [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
  ]);
  if (code !== 0) throw new Error(`npm ci ended with ${code}`);
}

function run(cwd, command, args) {
  const child = spawn(command, args, { cwd, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
