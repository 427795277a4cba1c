import { Module } from '@nestjs/common';
import { SessionsService } from './sessions.service';

/** Apart from AuthModule, because people end sessions too: a disabled user's. */
@Module({ providers: [SessionsService], exports: [SessionsService] })
export class SessionsModule {}
