import { ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { env as shell } from 'node:process';
import { setTimeout as later } from 'node:timers/promises';
import { onCore } from './cores';

const READY_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 12_000;

export interface ServerCommand {
  args: string[];
  env: Record<string, string>;
  port: number;
  /** Where it runs; its relative files are there. */
  cwd: string;
}

/** A server in a process of its own, from its start until `stop()`. */
export class ServerProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    /** From the start of the process to the first good answer of /health/ready, ms. */
    readonly readyAfter: number,
  ) {}

  static async start({ args, env, port, cwd }: ServerCommand): Promise<ServerProcess> {
    const [program, all] = onCore(0, process.execPath, args);
    const began = performance.now();
    const child = spawn(program, all, {
      cwd,
      env: { ...essentials(), ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const url = `http://127.0.0.1:${port}`;
    while (!(await answers(`${url}/health/ready`))) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`);
      if (performance.now() - began > READY_WITHIN_MS) throw new Error(`${args.join(' ')} is not ready`);
      await later(2);
    }
    return new ServerProcess(url, child, performance.now() - began);
  }

  /** Resident memory, bytes. NaN where the system does not tell. */
  get residentMemory(): number {
    return this.status('VmRSS');
  }

  /** Processor time since it started, ms: hardly touched by what else the machine does. NaN where the system does not tell. */
  get processorTime(): number {
    try {
      // Fields 14 and 15, counted behind the name in brackets, in ticks of 10 ms.
      const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      return NaN;
    }
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await ended;
    clearTimeout(killer);
  }

  private status(field: string): number {
    try {
      const line = new RegExp(`${field}:\\s+(\\d+) kB`).exec(
        readFileSync(`/proc/${this.child.pid}/status`, 'utf8'),
      );
      return line ? Number(line[1]) * 1024 : NaN;
    } catch {
      return NaN;
    }
  }
}

/** Nothing else of this shell decides how a server runs. */
export const essentials = (): Record<string, string> => ({
  PATH: shell['PATH'] ?? '',
  HOME: shell['HOME'] ?? '',
});

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
