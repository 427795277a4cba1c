import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const MACHINE = resolve(__dirname, '../..');
export const ROOT = resolve(MACHINE, '../..');

/** Where programs are looked for, without anything of whoever runs the tests. */
export const PATH = `${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`;

export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program to its end. */
export function run(program: string, args: readonly string[], options: SpawnSyncOptions = {}): Ending {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    encoding: 'utf8',
  });
  return { code: status, stdout: String(stdout), stderr: error ? String(error) : String(stderr) };
}

/** The same without keeping this process from answering meanwhile. */
export async function runBeside(program: string, args: readonly string[]): Promise<Ending> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** @throws with what was said, unless it ended well */
export function wentWell({ code, stdout, stderr }: Ending): string {
  if (code !== 0) throw new Error(`It ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** A folder of a test's own, and files of variables in it. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'liftdesk-rendered-'));

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  variables(given: Record<string, string>): string {
    const file = this.path('given.env');
    const lines = Object.entries({ DOMAIN: 'desk.example', ...given }).map(
      ([name, value]) => `${name}=${value}\n`,
    );
    writeFileSync(file, lines.join(''));
    return file;
  }

  /** A machine's files below a folder. @returns that folder */
  render(given: Record<string, string> = {}): string {
    const to = this.path('machine');
    wentWell(
      run(process.execPath, [join(MACHINE, 'render.mjs'), '--variables', this.variables(given), '--to', to]),
    );
    return to;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Tests that need programs, or to be root: left out loudly where that is not so. */
export function describeWith(needed: readonly string[], name: string, define: () => void): void {
  const missing = needed.filter((what) => !isThere(what));
  if (missing.length === 0) {
    describe(name, define);
    return;
  }
  const obstacle = `NOT TESTED, for want of ${missing.join(', ')}`;
  process.stderr.write(`\n${obstacle}: ${name}\n`);
  describe(name, () => it.skip(obstacle, () => undefined));
}

const isThere = (what: string): boolean =>
  what === 'root' ? process.getuid?.() === 0 : run('which', [what], { env: { PATH } }).code === 0;
