import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { Public } from '../auth/access.decorators';
import { maintenanceView } from '../database/maintenance';
import { MaintenanceMode } from './maintenance-mode';
import { StatusDto } from './status.dto';

@ApiTags('Status')
@Controller('status')
export class StatusController {
  constructor(private readonly mode: MaintenanceMode) {}

  /** Not counted: every window asks it now and then, and it costs no more than a file of the client. */
  @Public()
  @SkipThrottle({ anonymous: true, user: true })
  @Get()
  @ApiOkResponse({ type: StatusDto })
  async get(): Promise<StatusDto> {
    const maintenance = await this.mode.read();
    return { maintenance: maintenance && maintenanceView(maintenance) };
  }
}
