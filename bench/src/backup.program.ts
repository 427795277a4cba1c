import { Command } from 'commander';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { SECRET, copyOfDesk } from './desks';
import { run } from './move/peak-memory';
import { API, ROOT, RUN } from './paths';
import { essentials } from './server-process';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Options {
  tickets: string;
  seconds: string;
}

interface Report {
  /** Until the artefact is stored; the proof comes after. */
  phases: Record<string, number>;
}

/** Backs a desk up while somebody writes into it every 5 ms, and tells how the writes fared before and meanwhile. */
async function bench({ tickets, seconds }: Options): Promise<void> {
  mkdirSync(RUN, { recursive: true });
  const { path } = copyOfDesk(Number(tickets), 'backup');
  const writer = spawn(process.execPath, [join(ROOT, 'dist/bench/writer.program.js'), path], {
    env: essentials(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  writer.stdout.setEncoding('utf8').on('data', (text: string) => void (printed += text));
  try {
    await later(Number(seconds) * 1000);
    const began = performance.timeOrigin + performance.now();
    const backup = await run(process.execPath, [join(API, 'cli.js'), 'backup', '--json'], {
      ...{ NODE_ENV: 'test', JWT_SECRET: SECRET, DATABASE_PATH: path, HOME: '/tmp' },
      ...{ BACKUP_DIR: join(RUN, 'backups'), UPLOAD_DIR: join(RUN, 'uploads'), LOG_DIR: join(RUN, 'logs') },
    });
    const ended = performance.timeOrigin + performance.now();
    writer.kill('SIGTERM');
    await once(writer, 'close');
    const writes = JSON.parse(printed) as [number, number][];
    const between = (from: number, to: number): number[] =>
      writes.filter(([at]) => at >= from && at < to).map(([, ms]) => ms);
    const [usual, meanwhile] = [between(0, began), between(began, ended)];
    say(
      `${Math.round(statSync(path).size / 1e6)} MB; phases ${JSON.stringify((JSON.parse(backup.stdout) as Report).phases)}`,
    );
    say(`whole command ${backup.seconds.toFixed(2)} s, peak ${backup.peakMB} MB`);
    say(`usual: ${words(usual)}`);
    say(`meanwhile: ${words(meanwhile)}`);
    say(
      `slowest write meanwhile: ${(Math.max(...meanwhile) / quantile(usual, 0.99)).toFixed(2)} × the usual p99 (wanted: under 3)`,
    );
  } finally {
    writer.kill('SIGKILL');
    rmSync(RUN, { recursive: true, force: true });
  }
}

const words = (times: number[]): string =>
  `${times.length} writes, p50 ${quantile(times, 0.5).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms, slowest ${Math.max(...times).toFixed(2)} ms`;

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
}

new Command('bench backup')
  .description('back a desk up while somebody writes into it every 5 ms')
  .option('--tickets <number>', 'of the desk; 62,000 have 250 MB', '62000')
  .option('--seconds <number>', 'of writing before, for what is usual', '15')
  .action(bench)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  });
