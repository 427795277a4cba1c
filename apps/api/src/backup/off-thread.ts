import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** better-sqlite3 gives nobody a turn while it works: what takes long is done on a thread of its own. */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { driver, path, readonly, statements } = workerData;
const run = () => {
  const connection = new (require(driver))(path, { readonly, fileMustExist: true, timeout: 5000 });
  let rows = [];
  for (const sql of statements) {
    const statement = connection.prepare(sql);
    if (statement.reader) rows = statement.all();
    else statement.run();
  }
  connection.close();
  return { rows };
};
try {
  parentPort.postMessage(run());
} catch ({ message, code }) {
  parentPort.postMessage({ message, code });
}
`;

type Answer = { rows: Record<string, unknown>[] } | { message: string; code: string };

export interface Statements {
  /** A file that is there. */
  path: string;
  readonly: boolean;
  /** One after the other; without parameters. */
  statements: string[];
}

/**
 * Runs statements on a connection of SQLite of its own, off this thread.
 * @returns the rows of the last one that gives any
 * @throws Error with SQLite's words and code
 */
export async function offThread(work: Statements): Promise<Record<string, unknown>[]> {
  const driver = createRequire(__filename).resolve('better-sqlite3');
  const worker = new Worker(WORKER, { eval: true, workerData: { driver, ...work } });
  try {
    const [answer] = (await once(worker, 'message')) as [Answer];
    if ('rows' in answer) return answer.rows;
    throw Object.assign(new Error(answer.message), { code: answer.code });
  } finally {
    await worker.terminate();
  }
}
