import Database from 'better-sqlite3';
import { performance } from 'node:perf_hooks';

/**
 * Writes a message every 5 ms, as durably as the server does, until it is told to end by SIGTERM; then prints when each write
 * began and how long it took, as JSON: `[[epoch ms, ms], …]`.
 */
const EVERY_MS = 5;
const PRAGMAS = ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'];

const connection = new Database(process.argv[2] as string, { timeout: 60_000 });
for (const pragma of PRAGMAS) connection.pragma(pragma);
const write = connection.prepare(
  `insert into message (id, ticket_rid, author_rid, kind, body, created_at) values (?, 1, 1, 'note', ?, ?)`,
);
const body = 'What a colleague writes beside a ticket. '.repeat(8);
const writes: [at: number, ms: number][] = [];

const timer = setInterval(() => {
  const began = performance.now();
  write.run(`bench-${process.pid}-${writes.length}`, body, Date.now());
  writes.push([performance.timeOrigin + began, performance.now() - began]);
}, EVERY_MS);

process.once('SIGTERM', () => {
  clearInterval(timer);
  connection.close();
  process.stdout.write(JSON.stringify(writes));
});
