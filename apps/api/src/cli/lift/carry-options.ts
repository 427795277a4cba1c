import type { Side } from './side';

export interface CarryOptions {
  from: Side;
  to: Side;
  /** The folder where the journal and the reports are kept. */
  reports: string;
  repair: boolean;
  /** People and what they wrote are replaced; files are not brought. The source is needed further, and takes writes again. */
  mask: boolean;
  /** Begins anew where an earlier run left a half-moved target. */
  restart: boolean;
  backup: boolean;
  /** So many files the source may have lost itself; they do not come along, and that is no failure. */
  allowMissing: number;
  /** Names of the doctor's checks that are left out. */
  skip: readonly string[];
  /** Looks, plans, and does nothing. */
  dryRun: boolean;
  /** What users read meanwhile. */
  message: string;
}
