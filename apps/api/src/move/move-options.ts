import type { DatabaseConfig } from '../config/database.schema';

export interface MoveProgress {
  phase: string;
  done: number;
  /** Of the phase, in the unit of `done`. */
  total: number;
  /** Rows so far. */
  rows: number;
  /** How fast, and how long it takes yet. */
  words: string;
}

export interface MoveOptions {
  from: DatabaseConfig;
  to: DatabaseConfig;
  /** Mends odd rows of SQLite by documented rules, and records each change. */
  repair: boolean;
  /** Replaces people and what they wrote by others. */
  mask: boolean;
  /** Gives up what an earlier move left in the target, and begins anew. */
  restart: boolean;
  /** The folder where the report is kept. */
  reports: string;
  onProgress: (progress: MoveProgress) => void;
  signal: AbortSignal;
}
