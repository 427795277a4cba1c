import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { toIso } from '../common/clock';
import { DomainError } from '../common/domain-error';
import { WriteGateError } from './write-gate';

/** The desk is read and not changed. Instants are milliseconds since 1970. */
export interface Maintenance {
  since: number;
  /** When the operator means to be done; nothing happens by itself then. */
  until: number | null;
  /** The operator's word to the users. */
  message: string | null;
}

export const READ_MAINTENANCE = 'select since, until, message from maintenance';

const COME_AGAIN_S = 30;
/** On SQLite a busy server leaves moments only, and a turn of its own may take some tries. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/** A write was refused, and nothing of it is left: made again after the maintenance, with the same Idempotency-Key, it is new. */
export class MaintenanceError extends DomainError {
  readonly code = 'maintenance';
  readonly status = 503;
  override readonly retryAfterSeconds = COME_AGAIN_S;

  constructor(readonly maintenance: Maintenance) {
    super('Liftdesk is being looked after and takes no changes just now: reading goes on, try again later', {
      extensions: { maintenance: maintenanceView(maintenance) },
    });
  }
}

/** As the API tells it. */
export const maintenanceView = ({ since, until, message }: Maintenance) => ({
  since: toIso(since),
  until: until === null ? null : toIso(until),
  message,
});

const bound = new WeakSet<DataSource>();
const exempt = new WeakSet<QueryRunner>();

/**
 * From now on each transaction of this data source looks, as it begins, whether the desk is in maintenance, and is refused
 * with MaintenanceError then. For processes that serve: commands write all the same.
 */
export const obeyMaintenance = (dataSource: DataSource): void => void bound.add(dataSource);

/** Whether what begins here is refused in maintenance. */
export const isBound = (source: DataSource | QueryRunner): boolean =>
  'dataSource' in source ? bound.has(source.dataSource) && !exempt.has(source) : bound.has(source);

/** @throws MaintenanceError by the rows of READ_MAINTENANCE */
export function assertWritesTaken([row]: readonly Maintenance[]): void {
  if (row) throw new MaintenanceError(row);
}

/**
 * A transaction that no maintenance refuses: of the switch itself, of what its beginning waits for, and of the look whether the
 * database takes writes.
 */
export async function exemptTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  exempt.add(runner);
  try {
    return await runner.manager.transaction(work);
  } finally {
    await runner.release();
  }
}

/** One statement in a transaction that no maintenance refuses. Beside a server on SQLite it waits for its turn. */
export async function writeInMaintenance(
  dataSource: DataSource,
  sql: string,
  values: unknown[] = [],
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await exemptTransaction(dataSource, (manager) => manager.query(sql, values));
    } catch (error) {
      if (!(error instanceof WriteGateError) || performance.now() > deadline) throw error;
    }
    await pause(PAUSE_MS);
  }
}

const WRITE = /^\s*(?:insert|update|delete|with\b[^]*\b(?:insert\s+into|update|delete\s+from))\b/i;

/** Whether a statement changes rows. On its own it would be past every look at the maintenance: it gets a transaction. */
export const isWrite = (sql: string): boolean => WRITE.test(sql);
