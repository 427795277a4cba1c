import type { DatabaseConfig } from '../config/database.schema';
import type { MoveTarget } from './move-target';
import { PostgresMoveTarget } from './postgres.move-target';
import { SqliteMoveTarget } from './sqlite.move-target';

/** @throws StartupError where it cannot be had */
export async function openMoveTarget(config: DatabaseConfig): Promise<MoveTarget> {
  switch (config.type) {
    case 'sqlite':
      return SqliteMoveTarget.open(config.path);
    case 'postgres':
      return PostgresMoveTarget.open(config);
  }
}
