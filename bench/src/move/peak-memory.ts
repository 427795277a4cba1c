import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { essentials } from '../server-process';

/** What a command took. */
export interface Run {
  seconds: number;
  /** Of its main process, MB; NaN where the system does not tell. */
  peakMB: number;
  stdout: string;
}

const LOOK_EVERY_MS = 20;

/** Runs a command to its end. @throws Error with what it said where it failed */
export async function run(
  program: string,
  args: string[],
  env: Record<string, string>,
  stdin = '',
): Promise<Run> {
  const began = performance.now();
  const child = spawn(program, args, { env: { ...essentials(), ...env }, stdio: 'pipe' });
  let [stdout, stderr, peakMB] = ['', '', NaN];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  child.stdin.end(stdin);
  const timer = setInterval(() => {
    peakMB = peakOf(child.pid) ?? peakMB;
  }, LOOK_EVERY_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  const seconds = (performance.now() - began) / 1000;
  if (code !== 0)
    throw new Error(`${program} ended with ${String(code)}: ${stderr.slice(-2_000)}${stdout.slice(-2_000)}`);
  return { seconds, peakMB, stdout };
}

function peakOf(pid: number | undefined): number | undefined {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line ? Math.round(Number(line[1]) / 1024) : undefined;
  } catch {
    return undefined;
  }
}
