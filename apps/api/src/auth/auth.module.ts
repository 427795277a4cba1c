import { DynamicModule, Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { UsersModule } from '../users/users.module';
import { AccessTokens } from './access-tokens';
import { AuthConfig } from './auth.config';
import { AuthController } from './auth.controller';
import { AuthOptions } from './auth-options';
import { AuthService } from './auth.service';
import { PasswordResetService } from './password-reset.service';
import { RefreshCookie } from './refresh-cookie';
import { SessionsModule } from './sessions.module';
import { SetupLink } from './setup-link';
import { SigningKeys } from './signing-keys';

@Module({})
export class AuthModule {
  /** @param keys each token is signed and verified by one of them, so JwtModule has none of its own */
  static register(config: AuthConfig, keys: SigningKeys): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      imports: [
        UsersModule,
        SessionsModule,
        JwtModule.register({
          signOptions: { algorithm: 'HS256', expiresIn: Math.floor(config.accessTtlMs / 1000) },
          verifyOptions: { algorithms: ['HS256'] },
        }),
      ],
      controllers: [AuthController],
      providers: [
        { provide: AuthConfig, useValue: config },
        { provide: SigningKeys, useValue: keys },
        AccessTokens,
        AuthOptions,
        AuthService,
        PasswordResetService,
        RefreshCookie,
        SetupLink,
      ],
      exports: [AuthConfig, AccessTokens, RefreshCookie, SessionsModule, SetupLink, SigningKeys],
    };
  }
}
