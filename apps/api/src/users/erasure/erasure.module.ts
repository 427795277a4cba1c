import { Module } from '@nestjs/common';
import { SessionsModule } from '../../auth/sessions.module';
import { ErasureController } from './erasure.controller';
import { ErasureService } from './erasure.service';

/** Apart from UsersModule: it knows of tickets, files and mail, which know of people. */
@Module({
  imports: [SessionsModule],
  controllers: [ErasureController],
  providers: [ErasureService],
  exports: [ErasureService],
})
export class ErasureModule {}
