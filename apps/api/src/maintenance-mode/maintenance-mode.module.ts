import { Module } from '@nestjs/common';
import { MaintenanceMode } from './maintenance-mode';
import { MaintenanceSignals } from './maintenance-signals';
import { StatusController } from './status.controller';

@Module({
  controllers: [StatusController],
  providers: [MaintenanceMode, MaintenanceSignals],
  exports: [MaintenanceMode],
})
export class MaintenanceModeModule {}
