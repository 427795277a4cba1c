import { Injectable, Logger, OnModuleDestroy } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { MaintenanceError } from '../database/maintenance';
import { type SearchEngine, searchEngineOf } from './search-engine';

/** How long to wait for a quieter moment, ms; also how often a step may run while writes go on. */
const PAUSE_MS = 50;

/** Merges the search index's segments in small steps between requests, so that no request has to. */
@Injectable()
export class IdleMerge implements OnModuleDestroy {
  private readonly logger = new Logger(IdleMerge.name);
  private writes = 0;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  private readonly engine: SearchEngine;

  constructor(@InjectDataSource() private readonly database: DataSource) {
    this.engine = searchEngineOf(database);
  }

  /** Call once for each document that was written; costs nothing. */
  documentWritten(): void {
    this.writes += 1;
    if (this.writes >= (this.engine.writesPerMerge ?? Infinity)) this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.timer || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.running = this.step();
    }, PAUSE_MS);
    this.timer.unref();
  }

  private async step(): Promise<void> {
    this.writes = 0;
    try {
      const more = await this.database.transaction((manager) => this.engine.mergeStep(manager));
      if (more) this.schedule();
    } catch (error) {
      // What is to be merged stays as it is.
      if (error instanceof MaintenanceError) return;
      // Nothing is lost: the next write tries again, and SQLite merges by itself before it gets slow.
      this.logger.warn({ message: 'search.merge-failed', error });
    }
  }
}
