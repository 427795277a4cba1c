import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setUp } from '../setup.mjs';
import { ROOT, nx, runHere, toolEnvironment } from './processes.mjs';
import { command, duration, say } from './steps.mjs';

const COUNTS = join(ROOT, 'test-output/jest');
const REPORTER = join(ROOT, 'tools/workspace/jest-counts.cjs');
const FAILURE_LINES = 12;
/** nx runs several projects at a time, but one of them is as long as all others: on two cores it may have both. */
const WORKERS = Math.max(2, Math.floor(availableParallelism() / 2));
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/**
 * Every project's tests that need nothing but npm; what has not changed since its last pass comes from nx's cache.
 * Arguments go on to jest, as in `npm test -- -t "a closed ticket"`.
 */
export function test(args) {
  return command(async () => {
    const began = performance.now();
    await setUp();
    rmSync(COUNTS, { recursive: true, force: true });
    const env = toolEnvironment({ NODE_ENV: 'test' });
    const reporters = ['--reporters=default', `--reporters=${REPORTER}`];
    const code = await runHere(
      nx(
        'run-many',
        '-t',
        'test',
        '--output-style=static',
        ...reporters,
        '--passWithNoTests',
        `--maxWorkers=${WORKERS}`,
        ...args,
      ),
      env,
    );
    return summarise(code, projectsWithTests(env), performance.now() - began);
  });
}

/** Prints the sum and returns the exit code: nx's, or 1 where a project left no counts. */
function summarise(code, projects, ms) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const silent = [];
  const failures = [];
  for (const project of projects) {
    const counts = countsOf(project);
    if (counts === undefined) silent.push(project);
    else {
      for (const key of Object.keys(sum)) sum[key] += counts[key];
      failures.push(...counts.failures.map((failure) => `${project}: ${shortened(failure)}`));
    }
  }
  // Again, after all that nx and jest have printed: the last lines are what people see.
  for (const failure of failures) say(`\n✗ ${failure}`);
  if (silent.length > 0) say(`Did not finish, each counted as one failure: ${silent.join(', ')}`);
  if (sum.skipped > 0) say(`${sum.skipped} skipped`);
  say(`\n${projects.length} projects in ${duration(ms)}`);
  say(`${sum.passed} passed, ${sum.failed + silent.length} failed`);
  return code || (sum.failed + silent.length > 0 ? 1 : 0);
}

function shortened(failure) {
  const lines = failure.replace(COLOURS, '').trimEnd().split('\n');
  return lines.slice(0, FAILURE_LINES).join('\n    ');
}

function countsOf(project) {
  try {
    return JSON.parse(readFileSync(join(COUNTS, `${project}.json`), 'utf8'));
  } catch {
    return undefined;
  }
}

function projectsWithTests(env) {
  const [program, args] = nx('show', 'projects', '--with-target', 'test', '--json');
  return JSON.parse(
    execFileSync(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
}
