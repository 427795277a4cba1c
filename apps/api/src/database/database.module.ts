import { DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { obeyMaintenance } from './maintenance';

/** Provides a data source that was opened, checked and migrated before Nest starts. What serves with it obeys the maintenance. */
@Module({})
export class DatabaseModule {
  static register(dataSource: DataSource): DynamicModule {
    obeyMaintenance(dataSource);
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSource.options, retryAttempts: 0 }),
          dataSourceFactory: async () => dataSource,
        }),
      ],
    };
  }
}
