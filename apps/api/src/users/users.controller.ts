import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Roles, StaffOnly } from '../auth/access.decorators';
import { type Actor, Caller } from '../auth/actor';
import {
  AdminUserDto,
  AgentListDto,
  ChangeMyselfDto,
  DeskUserDto,
  UserChangeDto,
  UserDto,
  UserPageDto,
  UserQueryDto,
  toAdminUserView,
  toUserView,
} from './user.dto';
import { UsersService } from './users.service';

@ApiTags('People')
@ApiBearerAuth()
@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('agents')
  @StaffOnly()
  @ApiOkResponse({ type: AgentListDto })
  async listAgents(): Promise<AgentListDto> {
    return { items: await this.users.agents() };
  }

  @Get('users')
  @Roles('admin')
  @ApiOkResponse({ type: UserPageDto })
  list(@Query() query: UserQueryDto): Promise<UserPageDto> {
    return this.users.list(query);
  }

  @Get('users/me')
  @ApiOkResponse({ type: UserDto })
  async getMyself(@Caller() actor: Actor): Promise<UserDto> {
    return toUserView(await this.users.get(actor.userRid));
  }

  @Patch('users/me')
  @ApiOkResponse({ type: UserDto })
  async changeMyself(@Body() { language }: ChangeMyselfDto, @Caller() actor: Actor): Promise<UserDto> {
    return toUserView(await this.users.setLanguage(actor.userRid, language));
  }

  @Get('users/:id')
  @StaffOnly()
  @ApiOkResponse({ type: DeskUserDto })
  async get(@Param('id') id: string, @Caller() actor: Actor): Promise<DeskUserDto> {
    const user = await this.users.getById(id);
    return actor.role === 'admin' ? toAdminUserView(user) : toUserView(user);
  }

  @Patch('users/:id')
  @Roles('admin')
  @ApiOkResponse({ type: AdminUserDto })
  async change(
    @Param('id') id: string,
    @Body() change: UserChangeDto,
    @Caller() actor: Actor,
  ): Promise<AdminUserDto> {
    return toAdminUserView(await this.users.change(actor, id, change));
  }
}
