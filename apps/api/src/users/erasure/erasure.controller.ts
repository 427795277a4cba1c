import { Controller, Delete, HttpCode, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../auth/access.decorators';
import { type Actor, Caller } from '../../auth/actor';
import { ErasureService } from './erasure.service';

@ApiTags('People')
@ApiBearerAuth()
@Controller()
export class ErasureController {
  constructor(private readonly erasure: ErasureService) {}

  @Delete('users/:id')
  @Roles('admin')
  @HttpCode(204)
  @ApiNoContentResponse({
    description:
      'A customer and all their tickets are gone for good. With thousands of them it may take longer than a proxy waits: it goes on all the same, and asked for again it answers at its end, or with 404 after it',
  })
  erase(@Param('id') id: string, @Caller() actor: Actor): Promise<void> {
    return this.erasure.erase(actor, id);
  }
}
