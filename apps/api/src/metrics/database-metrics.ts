import { Injectable, OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { MetricsRegistry } from '@liftdesk/health';
import { DataSource } from 'typeorm';
import { writeGateOf } from '../database/gated-query-runner';

/** The part of pg's pool that is read here. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** How busy the database's door is: the write gate's backlog on SQLite, the pool on PostgreSQL. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: MetricsRegistry,
    @InjectDataSource() private readonly database: DataSource,
  ) {}

  onModuleInit(): void {
    this.metrics.add({
      name: 'liftdesk_database_waiting',
      help: 'Requests that wait for a turn on SQLite, or for a connection to PostgreSQL',
      type: 'gauge',
      read: () => this.waiting(),
    });
    if (this.pool() === undefined) return;
    this.metrics.add({
      name: 'liftdesk_database_connections',
      help: 'Connections of the pool to PostgreSQL',
      type: 'gauge',
      read: () => this.connections(),
    });
  }

  private waiting(): number {
    return writeGateOf(this.database)?.backlog ?? this.pool()?.waitingCount ?? 0;
  }

  private connections() {
    const { totalCount = 0, idleCount = 0 } = this.pool() ?? {};
    return [
      { labels: { state: 'busy' }, value: totalCount - idleCount },
      { labels: { state: 'idle' }, value: idleCount },
    ];
  }

  /** TypeORM's driver for PostgreSQL calls its pool so; undefined on SQLite. */
  private pool(): Pool | undefined {
    if (this.database.options.type !== 'postgres') return undefined;
    return (this.database.driver as unknown as { master?: Pool }).master;
  }
}
