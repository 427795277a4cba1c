/**
 * Lays out what a release is made of in a folder, for `deploy/scripts/artefact` to pack:
 *
 *   node tools/artefact/collect.mjs <folder> <version> <commit> <time of the commit>
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closureOf, packagesOf } from './packages.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
const [folder, version, commit, committedAt] = process.argv.slice(2);

/** Types, maps, sources of what is compiled, tests and words for readers: nothing of it is ever loaded. Licences stay. */
const NEVER_LOADED = [
  /\.(d\.[cm]?ts|map|ts|tsx|flow|markdown|tsbuildinfo)$/,
  /(^|\/)(?!licen[cs]e|notice|copying)[^/]*\.md$/i,
  /^dist-types(\/|$)/,
  /(^|\/)(test|tests|__tests__|benchmark|benchmarks|example|examples|\.github)(\/|$)/,
];
const NEVER_LOADED_OF = {
  'better-sqlite3': [
    /^(deps|src)(\/|$)/,
    /^build\/(?!Release(\/|$))/,
    /^build\/Release\/(?!better_sqlite3\.node$)./,
  ],
  '@aws-sdk': [/^dist-es(\/|$)/],
  '@smithy': [/^dist-es(\/|$)/],
};
/** Those of a checkout that need its sources. */
const NOT_OPERATORS = new Set(['migration:generate', 'migration:check']);

function copyBuild() {
  cpSync(join(ROOT, 'dist/apps/api'), join(folder, 'dist/apps/api'), {
    recursive: true,
    filter: (path) => !/\.map$|\.cache(\.\d+)?$/.test(path),
  });
  cpSync(join(ROOT, 'dist/apps/web/browser'), join(folder, 'dist/apps/web/browser'), { recursive: true });
  writeFileSync(
    join(folder, 'dist/apps/api/build.json'),
    `${JSON.stringify({ version, commit: commit.slice(0, 12) })}\n`,
  );
}

function copyPackages(names) {
  for (const from of closureOf(names, ROOT)) {
    const name = from.slice(from.lastIndexOf(`node_modules${sep}`) + `node_modules${sep}`.length);
    const never = [...NEVER_LOADED, ...(NEVER_LOADED_OF[name] ?? NEVER_LOADED_OF[name.split('/')[0]] ?? [])];
    cpSync(from, join(folder, relative(ROOT, from)), {
      recursive: true,
      filter: (path) => {
        const inside = relative(from, path).replaceAll('\\', '/');
        return (
          inside === '' || !(inside.startsWith('node_modules') || never.some((each) => each.test(inside)))
        );
      },
    });
  }
}

/** What machines and operators run; the stack of AWS is deployed from a checkout. */
function copyDeployment() {
  for (const name of ['scripts', 'machine']) {
    const from = join(ROOT, 'deploy', name);
    if (!existsSync(from)) continue;
    cpSync(from, join(folder, 'deploy', name), {
      recursive: true,
      filter: (path) =>
        !/(^|[\\/])(node_modules|test|tsconfig\.json|[^\\/]+\.(spec|test)\.[cm]?[jt]s|project\.json|jest\.[\w.]*config\.\w+)$/.test(
          path,
        ),
    });
  }
  for (const name of ['ecosystem.config.js', 'LICENSE']) cpSync(join(ROOT, name), join(folder, name));
}

/** The operators' commands under the names that the documents give them. */
function writePackageJson() {
  const { name, version: number, license, engines, scripts } = read('package.json');
  const operators = Object.entries(scripts)
    .map(([key, command]) => [key, /^node tools\/cli\.mjs (\S+)$/.exec(command)?.[1]])
    .filter(([key, command]) => command !== undefined && !NOT_OPERATORS.has(key))
    .map(([key, command]) => [key, `NODE_ENV=\${NODE_ENV:-production} node dist/apps/api/cli.js ${command}`]);
  write('package.json', {
    ...{ name, version: number, private: true, license, engines },
    scripts: { start: 'exec node dist/apps/api/main.js', ...Object.fromEntries(operators) },
  });
}

function writeRelease(packages) {
  const migrations = readdirSync(join(ROOT, 'apps/api/src/database/migrations/sqlite'));
  write('release.json', {
    ...{ version, commit, committedAt },
    platform: process.platform,
    arch: process.arch,
    node: process.versions.modules,
    nodeVersion: process.versions.node,
    packages,
    schema: migrations
      .filter((name) => /^\d/.test(name))
      .map((name) => basename(name, '.ts'))
      .sort(),
  });
}

const read = (name) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const write = (name, value) => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);

mkdirSync(folder, { recursive: true });
chmodSync(folder, 0o755);
copyBuild();
const packages = packagesOf(join(ROOT, 'dist/apps/api'), ROOT);
copyPackages(packages);
copyDeployment();
writePackageJson();
writeRelease(packages);
