import { CanActivate, ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { MaintenanceError } from '../database/maintenance';
import { MaintenanceMode } from './maintenance-mode';

const IN_MAINTENANCE_TOO = 'liftdesk:in-maintenance-too';
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** A route that is no GET and goes on in maintenance: it writes nothing, or need not. */
export const InMaintenanceToo = () => SetMetadata(IN_MAINTENANCE_TOO, true);

/** Refuses what would write before anything of it is done: no file is read, and no password compared, in vain. */
@Injectable()
export class MaintenanceGuard implements CanActivate {
  constructor(
    private readonly mode: MaintenanceMode,
    private readonly reflector: Reflector,
  ) {}

  /** @throws MaintenanceError */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (READS.has(context.getArgByIndex<Request>(0).method)) return true;
    if (this.reflector.get<unknown>(IN_MAINTENANCE_TOO, context.getHandler()) === true) return true;
    const maintenance = await this.mode.current();
    if (maintenance !== null) throw new MaintenanceError(maintenance);
    return true;
  }
}
