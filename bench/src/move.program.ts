import { Command } from 'commander';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Moved, type Mover, byCopy, byLiftdesk, byPgloader } from './move/contestants';
import { ensureMoveDesk, rowsOf } from './move/move-desk';
import { OwnPostgres } from './move/own-postgres';
import { RUN } from './paths';

const MOVERS: Readonly<Record<string, Mover>> = { copy: byCopy, liftdesk: byLiftdesk, pgloader: byPgloader };
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Options {
  tickets: string;
  rounds: string;
  only?: string;
}

async function bench({ tickets, rounds, only }: Options): Promise<void> {
  mkdirSync(RUN, { recursive: true });
  const path = ensureMoveDesk(Number(tickets));
  const tables = rowsOf(path);
  const rows = [...tables.values()].reduce((sum, count) => sum + count, 0);
  say(
    `${rows.toLocaleString('en')} rows, ${Math.round(statSync(path).size / 1e6)} MB: ${JSON.stringify(Object.fromEntries(tables))}`,
  );
  const server = OwnPostgres.start(join(RUN, 'postgres'));
  const found = new Map<string, Moved[]>();
  try {
    for (let round = 1; round <= Number(rounds); round += 1) {
      for (const [name, move] of Object.entries(MOVERS)) {
        if (only !== undefined && only !== name) continue;
        const moved = await move(path, server, `bench_${name}`, [...tables.keys()]);
        found.set(name, [...(found.get(name) ?? []), moved]);
        say(`  round ${round}, ${name}: ${JSON.stringify(moved)}`);
      }
    }
  } finally {
    server.stop();
    rmSync(RUN, { recursive: true, force: true });
  }
  if (only === undefined) say(compare(found, rows));
}

function compare(found: ReadonlyMap<string, Moved[]>, rows: number): string {
  const of = (name: string, seconds: (moved: Moved) => number): number =>
    rows / median((found.get(name) ?? []).map(seconds));
  const [plain, pgloader] = [of('copy', (moved) => moved.seconds), of('pgloader', (moved) => moved.seconds)];
  const ours = of('liftdesk', (moved) => moved.seconds);
  const proven = of('liftdesk', (moved) => moved.seconds + (moved.extra?.proof ?? 0));
  const whole = of('liftdesk', (moved) => moved.extra?.whole ?? NaN);
  const peak = Math.max(...(found.get('liftdesk') ?? []).map(({ peakMB }) => peakMB));
  const rate = (value: number): string => Math.round(value).toLocaleString('en');
  return [
    '',
    '| what | rows/s | of pgloader | of plain COPY |',
    '|---|---|---|---|',
    ...(
      [
        ['pgloader', pgloader],
        ['plain COPY, indexes after', plain],
        ['Liftdesk, without proof and search index (wanted: 3.00, 0.60)', ours],
        ['Liftdesk, with the proof (wanted: 2.00)', proven],
        ['Liftdesk, all of it', whole],
      ] as const
    ).map(
      ([what, value]) =>
        `| ${what} | ${rate(value)} | ${(value / pgloader).toFixed(2)} | ${(value / plain).toFixed(2)} |`,
    ),
    '',
    `Peak memory of Liftdesk’s process: ${peak} MB (wanted: under 300).`,
  ].join('\n');
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

new Command('bench move')
  .description(
    'move a desk from SQLite to PostgreSQL, beside pgloader and beside plain COPY with indexes after',
  )
  .option('--tickets <number>', 'of the desk', '100000')
  .option('--rounds <number>', 'interleaved', '3')
  .option('--only <mover>', `one of ${Object.keys(MOVERS).join(', ')}`)
  .action(bench)
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${(error as Error).stack}\n`);
    process.exitCode = 1;
  });
