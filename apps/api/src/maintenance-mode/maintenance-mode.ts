import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Maintenance } from '../database/maintenance';
import { readMaintenance } from './maintenance-switch';

/** So long it is believed that writes are taken: the database itself refuses what comes too late. */
const BELIEVED_MS = 1_000;

/** Whether the desk is in maintenance, for whoever can spare itself a try. What decides is the look of each transaction. */
@Injectable()
export class MaintenanceMode {
  private offUntil = -Infinity;

  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Cheap while there is none, and at most a second late then; its end is seen at once. */
  async current(): Promise<Maintenance | null> {
    return performance.now() < this.offUntil ? null : this.read();
  }

  /** As it is now. */
  async read(): Promise<Maintenance | null> {
    const maintenance = await readMaintenance(this.database);
    this.offUntil = maintenance === null ? performance.now() + BELIEVED_MS : -Infinity;
    return maintenance;
  }
}
