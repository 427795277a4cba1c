import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const MACHINE = resolve(__dirname, '../..');
export const ROOT = resolve(MACHINE, '../..');

export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A program to its end. */
export function run(program: string, args: readonly string[], options: SpawnSyncOptions = {}): Ending {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...options, encoding: 'utf8' });
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

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Tests that need a program: left out loudly where it is not there. */
export function describeWith(programs: readonly string[], name: string, define: () => void): void {
  const missing = programs.filter((program) => run('which', [program]).code !== 0);
  if (missing.length === 0) {
    describe(name, define);
    return;
  }
  process.stderr.write(`\nNOT TESTED, for there is no ${missing.join(', ')}: ${name}\n`);
  describe(name, () => it.skip(`NOT TESTED, for there is no ${missing.join(', ')}`, () => undefined));
}
