import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { type Actor, Caller } from '../auth/actor';
import { NotificationSettingsDto } from './mail.dto';
import { NotificationSettings } from './notification-settings';

@ApiTags('People')
@ApiBearerAuth()
@Controller('users/me/notifications')
export class NotificationSettingsController {
  constructor(private readonly settings: NotificationSettings) {}

  @Get()
  @ApiOkResponse({ type: NotificationSettingsDto })
  get(@Caller() actor: Actor): Promise<NotificationSettingsDto> {
    return this.settings.of(actor);
  }

  @Put()
  @ApiOkResponse({ type: NotificationSettingsDto })
  change(@Body() wanted: NotificationSettingsDto, @Caller() actor: Actor): Promise<NotificationSettingsDto> {
    return this.settings.change(actor, wanted);
  }
}
