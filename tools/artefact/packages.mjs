/** Which packages of node_modules a release needs: those that its bundles load late, and all that those need. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';

const BUILT_IN = new Set(builtinModules);

/**
 * Names of the packages that the bundles ask for and that are installed. Frameworks ask for more than an application
 * has; what is not here was not here when it was tested either.
 */
export function packagesOf(bundles, root) {
  const names = new Set();
  for (const file of readdirSync(bundles).filter((name) => name.endsWith('.js'))) {
    const code = readFileSync(join(bundles, file), 'utf8');
    for (const [, request] of code.matchAll(/\brequire(?:\.resolve)?\(["']([^"'./][^"']*)["']\)/g))
      names.add(packageName(request));
  }
  return [...names].filter((name) => !isBuiltIn(name) && existsSync(folderOf(root, name))).sort();
}

/** @returns {string[]} folders, of the packages and of everything that they need, as node finds it from there */
export function closureOf(names, root) {
  const folders = new Set();
  const visit = (name, from, isOptional) => {
    const folder = find(name, from, root);
    if (folder === undefined) {
      if (isOptional) return;
      throw new Error(`${name}, which ${from} needs, is not installed: npm ci`);
    }
    if (folders.has(folder)) return;
    folders.add(folder);
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const optional = { ...about.optionalDependencies, ...about.peerDependencies };
    for (const one of Object.keys(optional)) visit(one, folder, true);
    for (const one of Object.keys(about.dependencies ?? {})) visit(one, folder, one in optional);
  };
  for (const name of names) visit(name, root, false);
  return [...folders].sort();
}

function find(name, from, root) {
  for (let at = from; ; at = dirname(at)) {
    const folder = folderOf(at, name);
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (at === root) return undefined;
  }
}

const folderOf = (at, name) => join(at, 'node_modules', name);
const isBuiltIn = (name) => BUILT_IN.has(name) || name.startsWith('node:');

function packageName(request) {
  const [scope, name] = request.split('/');
  return request.startsWith('@') ? `${scope}/${name}` : scope;
}
