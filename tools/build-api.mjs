/**
 * Builds the API: every entry becomes one CommonJS file in dist/apps/api.
 *
 *   node tools/build-api.mjs           once
 *   node tools/build-api.mjs --watch   again on each change (tools/dev.mjs also restarts the server)
 *
 * esbuild bundles, because one file starts several times faster than the thousand files behind it. It cannot emit the
 * decorator metadata that Nest's dependency injection and TypeORM's columns read, so SWC turns our own TypeScript first.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { build as bundle, context } from 'esbuild';
import { writeBuildInfo } from './workspace/build-info.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'apps/api/src');
const OUT = join(ROOT, 'dist/apps/api');

/**
 * Loaded from node_modules at run time: compiled for this machine, read from disk by path, or the cloud's, a scraper's and
 * the composer's of mail, of which a laptop should not even parse the text before it needs it.
 */
const EXTERNAL = [
  'better-sqlite3',
  '@node-rs/argon2',
  'swagger-ui-dist',
  '*.node',
  '@aws-sdk/*',
  '@smithy/*',
  'pg',
  'pg-copy-streams',
  'prom-client',
  'ioredis',
  'nodemailer',
  'nodemailer/*',
  'markdown-it',
];

/** These run through tools/api-launcher.cjs as `<name>.js`; their bundle is `<name>.bundle.js`. */
const LAUNCHED = { main: 'main.ts', cli: 'cli/main.ts' };

/** `name in dist -> source file`: the server, the operators' commands, and each worker thread. */
function entryPoints() {
  const entries = {};
  const add = (name, file) => {
    if (entries[name] && entries[name] !== file)
      throw new Error(`Two entries are called ${name}: ${entries[name]} and ${file}`);
    if (existsSync(file)) entries[name] = file;
  };
  for (const [name, file] of Object.entries(LAUNCHED)) add(`${name}.bundle`, join(SOURCE, file));
  for (const file of readdirSync(SOURCE, { recursive: true })) {
    if (file.endsWith('.worker.ts')) add(basename(file, '.ts'), join(SOURCE, file));
  }
  return entries;
}

/** Our TypeScript through SWC, with the options of the root .swcrc. */
function swcPlugin() {
  const { sourceMaps: _, $schema: __, ...options } = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8'));
  return {
    name: 'swc',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const inside = relative(ROOT, path).split(sep);
        if (inside.includes('node_modules') || !['apps', 'libs'].includes(inside[0])) return undefined;
        const source = readFileSync(path, 'utf8');
        try {
          const { code } = await transform(source, {
            ...options,
            filename: path,
            sourceFileName: path,
            swcrc: false,
            configFile: false,
            sourceMaps: 'inline',
            module: { type: 'es6' },
          });
          return { contents: code, loader: 'js' };
        } catch (error) {
          return {
            errors: [{ text: String(error?.message ?? error), location: { file: relative(ROOT, path) } }],
          };
        }
      });
    },
  };
}

/**
 * Frameworks ask for packages that an application may or may not have (database drivers, other transports). What a
 * dependency asks for and is not installed stays a plain `require`, which fails where the framework expects it to.
 */
function optionalRequiresPlugin() {
  return {
    name: 'optional-requires',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async (args) => {
        const fromDependency = args.importer.includes(`${sep}node_modules${sep}`);
        if (args.pluginData?.asked || !fromDependency || args.kind === 'entry-point') return undefined;
        const { path, importer, namespace, resolveDir, kind } = args;
        const found = await build.resolve(path, {
          importer,
          namespace,
          resolveDir,
          kind,
          pluginData: { asked: true },
        });
        if (found.errors.length > 0 && kind !== 'import-statement') return { path, external: true };
        return found;
      });
    },
  };
}

function options(outdir, plugins) {
  return {
    absWorkingDir: ROOT,
    entryPoints: entryPoints(),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // What is loaded late comes by `require`: a script that V8 took out of its code cache has nobody to ask for modules.
    supported: { 'dynamic-import': false },
    tsconfig: join(ROOT, 'tsconfig.base.json'),
    sourcemap: 'linked',
    sourcesContent: false,
    keepNames: true,
    // Comments alone hold characters beyond Latin-1, see warnOfWideCharacters(). Names stay, so stacks can be read.
    minifyWhitespace: true,
    legalComments: 'none',
    external: EXTERNAL,
    // Packages written as ES modules ask for their own address.
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': '__bundleUrl' },
    logLevel: 'silent',
    plugins: [optionalRequiresPlugin(), swcPlugin(), ...plugins],
  };
}

/** One character beyond Latin-1 makes V8 keep the whole text of the program in two bytes a character: 9 MB more. */
function warnOfWideCharacters(bundle, code) {
  const wide = /[^\0-\xff]/.exec(code.toString('utf8'));
  if (wide === null) return;
  const around = code.toString('utf8').slice(Math.max(0, wide.index - 40), wide.index + 10);
  process.stderr.write(
    `${basename(bundle)}: write this character as an escape, it doubles the program in memory: ${around}\n`,
  );
}

/**
 * esbuild sets the name of every function anew where it keeps names, also of those that it has not renamed, and of
 * functions that are made at each request. What has its name already is left alone; the length stays for the source map.
 */
function withoutNeedlessNames(code) {
  return code.replace(/\b__name\(([\w$]+),"\1"\)/g, (call) => 'void 0'.padEnd(call.length));
}

function writeLaunchers(folder) {
  const template = readFileSync(join(ROOT, 'tools/api-launcher.cjs'), 'utf8');
  for (const file of readdirSync(folder)) {
    if (file.includes('.cache')) rmSync(join(folder, file), { force: true });
  }
  for (const name of Object.keys(LAUNCHED)) {
    const bundle = join(folder, `${name}.bundle.js`);
    if (!existsSync(bundle)) continue;
    const code = Buffer.from(withoutNeedlessNames(readFileSync(bundle, 'utf8')));
    writeFileSync(bundle, code);
    warnOfWideCharacters(bundle, code);
    const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
    writeFileSync(
      join(folder, `${name}.js`),
      template.replaceAll('__NAME__', name).replaceAll('__HASH__', hash),
    );
  }
}

/** Replaces the last build in one go, and only by one that succeeded. Rejects with esbuild's failure. */
export async function buildApi() {
  const draft = `${OUT}.${process.pid}`;
  try {
    await bundle(options(draft, []));
    writeLaunchers(draft);
    writeBuildInfo(draft);
    rmSync(OUT, { recursive: true, force: true });
    renameSync(draft, OUT);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Builds, then again whenever a source changes.
 * @param {(result: { errors: string[], ms: number }) => void} onBuilt after each attempt
 * @returns {Promise<() => Promise<void>>} ends the watching
 */
export async function watchApi(onBuilt) {
  let started = 0;
  const report = {
    name: 'report',
    setup(build) {
      build.onStart(() => {
        started = performance.now();
      });
      build.onEnd(({ errors }) => {
        if (errors.length === 0) writeLaunchers(OUT);
        onBuilt({ errors: errors.map(describe), ms: performance.now() - started });
      });
    },
  };
  writeBuildInfo(OUT);
  const bundler = await context(options(OUT, [report]));
  await bundler.watch();
  return () => bundler.dispose();
}

function describe({ text, location }) {
  return location ? `${location.file}:${location.line}:${location.column} ${text}` : text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = performance.now();
  const say = (line) => process.stdout.write(`${line}\n`);
  if (process.argv.includes('--watch')) {
    await watchApi(({ errors, ms }) => {
      say(errors.length > 0 ? errors.join('\n') : `API built in ${(ms / 1000).toFixed(1)} s`);
    });
  } else {
    try {
      await buildApi();
      say(
        `dist/apps/api: ${Object.keys(entryPoints()).join(', ')} in ${((performance.now() - began) / 1000).toFixed(1)} s`,
      );
    } catch (error) {
      process.stderr.write(`${(error.errors ?? [{ text: String(error) }]).map(describe).join('\n')}\n`);
      process.exitCode = 1;
    }
  }
}
