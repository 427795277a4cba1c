import { PostgresServer, S3Server, ThrowAwayDatabases } from '@liftdesk/testing';

const TEMPLATE = 'liftdesk_journeys';
const VARIABLE = 'DESK_CLOUD';

/** What all desks of a run share; written into this process's environment, which its workers inherit. */
export interface PreparedCloud {
  /** PostgreSQL's superuser, without a password. */
  databaseServer: string;
  /** The database that each desk gets a copy of. */
  template: string;
  /** Where the bucket is, and what opens it. */
  storage: Record<string, string>;
}

/** Whether the journeys are to run as on AWS. */
export const isCloud = (): boolean => process.env['E2E_PLATFORM'] === 'aws';

export function preparedCloud(): PreparedCloud | null {
  const text = process.env[VARIABLE];
  return text ? (JSON.parse(text) as PreparedCloud) : null;
}

/**
 * Starts PostgreSQL and a bucket in this process, and prepares the database that desks are copied from.
 * @param fill is told the variables of the database and the bucket
 * @returns what stops them
 */
export async function startSharedServers(
  fill: (env: Record<string, string>) => Promise<void>,
): Promise<() => Promise<void>> {
  const postgres = await PostgresServer.start();
  // A bucket's CORS rules name the client's origins; these have a port of their own each.
  const storage = await S3Server.start({ allowedOrigins: ['*'] });
  const stop = async (): Promise<void> => {
    await storage.close();
    await postgres.stop();
  };
  try {
    const databases = new ThrowAwayDatabases(postgres.url());
    await databases.ensure(TEMPLATE, (url) => fill({ ...storage.env, DATABASE_URL: url }));
  } catch (error) {
    await stop();
    throw error;
  }
  const cloud: PreparedCloud = { databaseServer: postgres.url(), template: TEMPLATE, storage: storage.env };
  process.env[VARIABLE] = JSON.stringify(cloud);
  return stop;
}
