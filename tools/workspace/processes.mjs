/** The programs that the commands start: quietly with a log, or in the foreground until they or the operator end. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Stop } from './steps.mjs';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOG_FOLDER = join(ROOT, 'tmp');
const GRACE_MS = 9_500;
const SAME_PRESS_MS = 1_000;
const PARENT = process.ppid;
const ownGroup = process.platform !== 'win32';

/** `[program, arguments]` of this npm, wherever it lies; of the one on the path where yarn or nothing called us. */
export function npm(...args) {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.[cm]?js$/.test(script)) return [process.execPath, [script, ...args]];
  return [ownGroup ? 'npm' : 'npm.cmd', args];
}

/** `[program, arguments]` of nx, without its daemon: no command leaves a process behind. */
export function nx(...args) {
  return [process.execPath, [join(ROOT, 'node_modules/nx/dist/bin/nx.js'), ...args]];
}

/** @returns {NodeJS.ProcessEnv} ours, with what the tools must not guess */
export function toolEnvironment(more = {}) {
  return { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', ...more };
}

/**
 * Runs a program with its output in `tmp/<log>.log`.
 * @throws {Stop} when it fails, with the last lines it said and where the rest is
 */
export async function runQuietly(log, [program, args], env) {
  const file = join(LOG_FOLDER, `${log}.log`);
  const output = openLog(file);
  try {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', output, output] });
    const code = await ended(child, passSignalsTo(child));
    if (code !== 0)
      throw new Stop(`${lastLines(file)}\nThe step above failed; all of its output: ${relative(ROOT, file)}`);
  } finally {
    closeSync(output);
  }
}

/**
 * Like runQuietly, for programs of ours that say on stderr, in one line, what is wrong.
 * @throws {Stop} with that line and nothing else
 */
export async function runBriefly(log, [program, args], env) {
  const output = openLog(join(LOG_FOLDER, `${log}.log`));
  let complaint = '';
  try {
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', output, 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaint += text;
      writeSync(output, text);
    });
    const code = await ended(child, passSignalsTo(child));
    if (code !== 0)
      throw new Stop(
        complaint.trim() || `${program} ${args.join(' ')} ended without a word, exit code ${code}`,
      );
  } finally {
    closeSync(output);
  }
}

/** Runs a program on this terminal. @returns {Promise<number>} its exit code */
export async function runHere([program, args], env) {
  const child = spawn(program, args, { cwd: ROOT, env, stdio: 'inherit' });
  return ended(child, passSignalsTo(child));
}

/**
 * Starts a server in a process group of its own, so that Ctrl-C (which a terminal sends to everybody, and npm once more)
 * reaches it once, by `stop`. It ends by itself when this process dies without a word.
 * @returns {{ exited: Promise<number>, stop: () => void }}
 */
export function startServer([program, args], env) {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...env, LIFTDESK_ENDS_WITH_PARENT: '1' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: ownGroup,
  });
  let askedAt = 0;
  const kill = (signal) => {
    try {
      if (ownGroup) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // Gone already.
    }
  };
  const stop = () => {
    if (askedAt === 0) {
      askedAt = performance.now();
      kill('SIGTERM');
      setTimeout(() => kill('SIGKILL'), GRACE_MS).unref();
    } else if (performance.now() - askedAt > SAME_PRESS_MS) kill('SIGKILL');
  };
  return { exited: ended(child), stop };
}

/** Calls `stop` on whatever asks this process to end. @returns {() => void} undoes it */
export function onEnd(stop) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  const orphaned = whenOrphaned(() => stop('SIGTERM'));
  return () => {
    clearInterval(orphaned);
    for (const signal of signals) process.off(signal, stop);
  };
}

/**
 * npm passes a signal on to the shell between us, and that one dies without a word: what is left is that our parent is
 * another. Whoever starts us without npm, in the background, may go home.
 */
function whenOrphaned(stop) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const timer = setInterval(() => {
    if (process.ppid === PARENT) return;
    clearInterval(timer);
    stop();
  }, 300);
  return timer.unref();
}

function passSignalsTo(child) {
  let stopped = false;
  const undo = onEnd((signal) => {
    stopped = true;
    child.kill(signal);
  });
  return () => {
    undo();
    if (stopped) process.exit(130);
  };
}

function ended(child, then = () => undefined) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      then();
      reject(new Stop(`Could not start ${child.spawnfile}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      then();
      resolve(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1));
    });
  });
}

function openLog(file) {
  try {
    mkdirSync(LOG_FOLDER, { recursive: true });
    const output = openSync(file, 'w');
    writeSync(output, `${new Date().toISOString()}\n`);
    return output;
  } catch (error) {
    throw new Stop(
      `This folder cannot be written to (${error.code}): ${ROOT}. Run as the user it belongs to, or clone it where you may write.`,
    );
  }
}

function lastLines(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-25).join('\n');
}
