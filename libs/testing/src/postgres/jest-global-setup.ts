import { PostgresServer } from './postgres-server';

const KEPT = Symbol.for('liftdesk.test-postgres');
type Kept = typeof globalThis & { [KEPT]?: PostgresServer };

/** Before a run of tests on PostgreSQL: a server of its own, unless TEST_DATABASE_URL names one that may be used. */
async function start(): Promise<void> {
  if (process.env['TEST_DATABASE_URL']) return;
  const server = await PostgresServer.start();
  (globalThis as Kept)[KEPT] = server;
  process.env['TEST_DATABASE_URL'] = server.url();
}

export async function stop(): Promise<void> {
  await (globalThis as Kept)[KEPT]?.stop();
}

// eslint-disable-next-line no-restricted-exports -- jest takes the default export
export default start;
