import { existsSync } from 'node:fs';
import type { PostgresConfig } from '../config/database.schema';

/** Where distributions keep the authorities that everybody trusts: Debian, Red Hat. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/**
 * How PostgreSQL's programs reach a server: by variables, which the list of processes does not show. Nothing else of ours is
 * handed over.
 */
export function pgEnvironment(config: PostgresConfig): Record<string, string> {
  const { host, port, user, password, database, tls } = config;
  return {
    LC_ALL: 'C',
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGAPPNAME: 'liftdesk-backup',
    PGCONNECT_TIMEOUT: '10',
    ...(password !== undefined && { PGPASSWORD: password }),
    ...(tls === false
      ? { PGSSLMODE: 'disable' }
      : { PGSSLMODE: 'verify-full', PGSSLROOTCERT: tls.caFile ?? BUNDLES.find(existsSync) ?? 'system' }),
  };
}
