/** Packages exactly as the lock file says, installed when they are not, and native parts that fit this Node. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, npm, runQuietly, toolEnvironment } from './processes.mjs';
import { Stop, say, step } from './steps.mjs';

const MODULES = join(ROOT, 'node_modules');
const LOCK = join(ROOT, 'package-lock.json');
/** Written after a complete install; `npm ci` begins by deleting it, so an interrupted one is done again. */
const STAMP = join(MODULES, '.liftdesk-installed');
/** npm's own list of what it has installed, written at the end. */
const INSTALLED = join(MODULES, '.package-lock.json');

export async function ensureInstalled() {
  const wanted = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (read(STAMP) !== wanted) {
    if (!sameAsLock()) await install();
    stamp(wanted);
  }
  await ensureNativeFits();
}

/** True where somebody ran `npm install` or `npm ci` by hand: every package is there in the version of the lock file. */
function sameAsLock() {
  const installed = read(INSTALLED);
  if (installed === undefined) return false;
  const there = JSON.parse(installed).packages;
  return Object.entries(JSON.parse(readFileSync(LOCK, 'utf8')).packages).every(([path, locked]) => {
    if (path === '' || locked.link) return true;
    const found = there[path];
    if (found === undefined) return Boolean(locked.optional || locked.devOptional || locked.peer);
    return found.version === locked.version && found.integrity === locked.integrity;
  });
}

async function install() {
  const { packages } = JSON.parse(readFileSync(LOCK, 'utf8'));
  const total = topLevel(Object.keys(packages).filter((path) => isForThisMachine(packages[path]))).length;
  say(
    '  The first install takes a few minutes, most of them where better-sqlite3 has to be compiled for this machine.',
  );
  await step('Installing packages', async (progress) => {
    const timer = setInterval(() => progress(stage(total)), 1000);
    try {
      // Whatever NODE_ENV says: the build needs the development packages.
      const command = npm('ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund');
      await runQuietly('install', command, toolEnvironment({ NODE_ENV: '' }));
    } finally {
      clearInterval(timer);
    }
  });
}

function stage(total) {
  const count = topLevel(folders(MODULES)).length;
  const engine = join(MODULES, 'better-sqlite3/build');
  if (existsSync(engine) && !existsSync(join(engine, 'Release/better_sqlite3.node')))
    return 'compiling better-sqlite3';
  return `${Math.min(count, total)} of ${total} packages`;
}

function isForThisMachine({ os, cpu, libc }) {
  const glibc = Boolean(process.report?.getReport().header.glibcVersionRuntime);
  return (
    (os === undefined || os.includes(process.platform)) &&
    (cpu === undefined || cpu.includes(process.arch)) &&
    (libc === undefined || libc.includes(glibc ? 'glibc' : 'musl'))
  );
}

function folders(modules) {
  try {
    return readdirSync(modules).flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(modules, name)).map((part) => `node_modules/${name}/${part}`)
        : `node_modules/${name}`,
    );
  } catch {
    return [];
  }
}

function topLevel(paths) {
  return paths.filter((path) => /^node_modules\/(?:@[^/]+\/)?[^./][^/]*$/.test(path));
}

/** better-sqlite3 is compiled for one ABI of Node: after a change of Node it is built again, not half-loaded. */
async function ensureNativeFits() {
  const probe = [process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"]];
  if (await loads()) return;
  say(`  better-sqlite3 was built for another Node than this ${process.version}.`);
  await step('Building better-sqlite3 again', () =>
    runQuietly('rebuild', npm('rebuild', 'better-sqlite3'), toolEnvironment()),
  );
  try {
    await runQuietly('rebuild-check', probe, toolEnvironment());
  } catch {
    throw new Stop(
      'better-sqlite3 still does not load (tmp/rebuild-check.log). Delete node_modules and run this again.',
    );
  }
}

async function loads() {
  try {
    const { default: Database } = await import('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

function stamp(hash) {
  try {
    writeFileSync(STAMP, hash);
  } catch {
    // Installed by somebody else, and complete: compared again next time.
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
