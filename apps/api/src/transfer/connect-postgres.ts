import type { Client } from 'pg';
import { StartupError } from '../common/startup-error';
import type { PostgresConfig } from '../config/database.schema';
import { tlsOf, whyNot } from '../database/postgres';

/** It may take as long as it takes; who waits is an operator. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One connection of its own, without the pool's limits on time: for COPY, and for what lasts.
 * @throws StartupError that says what to do; never with the password
 */
export async function connectTo(config: PostgresConfig): Promise<Client> {
  const pg = await import('pg');
  const client = new (pg.default ?? pg).Client({
    host: config.host,
    port: config.port,
    user: config.user,
    password: config.password,
    database: config.database,
    ssl: tlsOf(config),
    application_name: 'liftdesk-command',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    statement_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  // A connection that breaks between two statements would end the process; the next statement says it in words.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new StartupError(whyNot(config, error as Error), { cause: error });
  }
}
