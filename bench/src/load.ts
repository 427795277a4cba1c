import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onCore } from './cores';

export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: string;
}

export interface LoadOrder {
  url: string;
  connections: number;
  seconds: number;
  headers: Record<string, string>;
  /** Each connection goes through these in a circle. */
  requests: LoadRequest[];
  /** The status that every answer has. */
  expect: number;
}

export interface LoadResult {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  requests: number;
  /** Answers with another status, errors and time-outs. */
  failures: number;
}

/** Sends load from a process of its own, on the core that the servers do not have. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const [program, args] = onCore(1, process.execPath, [join(__dirname, 'load.program.js')]);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.end(JSON.stringify(order));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`The load generator ended with ${code}`);
  return JSON.parse(output) as LoadResult;
}
