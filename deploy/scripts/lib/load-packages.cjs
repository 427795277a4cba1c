/**
 * Loads every package that the bundles of a release load late, and uses what is compiled: a release that was built for
 * another system is told from one that fits before it serves anybody.
 *
 *   node load-packages.cjs <folder of the release>
 */
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join, resolve } = require('node:path');

const folder = resolve(process.argv[2] ?? '.');
const load = createRequire(join(folder, 'dist/apps/api/main.js'));
const { packages } = JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8'));

function check(name) {
  const loaded = load(name);
  if (name === 'better-sqlite3') new loaded(':memory:').prepare('select 1').get();
  if (name === '@node-rs/argon2') loaded.hashSync('a password', { memoryCost: 8, timeCost: 1 });
}

const problems = [];
for (const name of packages) {
  try {
    check(name);
  } catch (error) {
    problems.push(`${name} cannot be loaded: ${error.message}`);
  }
}
if (problems.length > 0) {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exit(1);
}
process.stderr.write(`${packages.length} packages load\n`);
process.exit(0);
