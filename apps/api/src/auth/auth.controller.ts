import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import { SkipThrottle } from '@nestjs/throttler';
import { CountsByAddress } from '@liftdesk/throttling';
import type { Request, Response } from 'express';
import { IdempotencyKeyHeader } from '../common/idempotency';
import { acceptedLanguage } from '../users/accept-language';
import { UserDto, toUserView } from '../users/user.dto';
import { InMaintenanceToo } from '../maintenance-mode/maintenance.guard';
import { UsersService } from '../users/users.service';
import { IdentifiedByCookie, Public } from './access.decorators';
import { type Actor, Caller } from './actor';
import {
  AuthOptionsDto,
  AuthSessionListDto,
  ChangePasswordDto,
  ForgotPasswordDto,
  LoginDto,
  RegisterDto,
  ResetPasswordDto,
  SetupDto,
  SignedInDto,
} from './auth.dto';
import { AuthOptions } from './auth-options';
import { AuthService, Origin, SignIn } from './auth.service';
import { PasswordResetService } from './password-reset.service';
import { RefreshCookie } from './refresh-cookie';
import { SessionsService } from './sessions.service';

@ApiTags('Identity')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly passwordReset: PasswordResetService,
    private readonly sessions: SessionsService,
    private readonly users: UsersService,
    private readonly options: AuthOptions,
    private readonly cookie: RefreshCookie,
  ) {}

  /** Not counted: every visit of the sign-in page asks it, and it costs no more than a file of the client. */
  @Public()
  @SkipThrottle({ anonymous: true, user: true })
  @Get('options')
  @ApiOkResponse({ type: AuthOptionsDto })
  getOptions(): Promise<AuthOptionsDto> {
    return this.options.get();
  }

  @Public()
  @CountsByAddress()
  @Post('register')
  @ApiCreatedResponse({ type: SignedInDto })
  async register(
    @Body() body: RegisterDto,
    @IdempotencyKeyHeader() key: string | undefined,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.signIn(response, await this.auth.register(body, originOf(request), key));
  }

  @Public()
  @CountsByAddress()
  @Post('setup')
  @ApiCreatedResponse({ type: SignedInDto })
  async setUp(
    @Body() body: SetupDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.signIn(response, await this.auth.setUp(body, originOf(request)));
  }

  @Public()
  @CountsByAddress()
  @Post('login')
  @HttpCode(200)
  @ApiOkResponse({ type: SignedInDto })
  async login(
    @Body() body: LoginDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.signIn(response, await this.auth.login(body, originOf(request)));
  }

  @Public()
  @IdentifiedByCookie()
  @InMaintenanceToo()
  @Post('refresh')
  @HttpCode(200)
  @ApiOkResponse({ type: SignedInDto })
  async refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response) {
    return this.signIn(response, await this.auth.refresh(this.cookie.read(request)));
  }

  @Public()
  @IdentifiedByCookie()
  @Post('logout')
  @HttpCode(204)
  @ApiNoContentResponse()
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const token = this.cookie.read(request);
    if (token) await this.sessions.endByToken(token);
    if (request.actor) await this.sessions.endQuietly(request.actor);
    this.cookie.clear(response);
  }

  @Get('me')
  @ApiBearerAuth()
  @ApiOkResponse({ type: UserDto })
  async me(@Caller() actor: Actor): Promise<UserDto> {
    return toUserView(await this.users.get(actor.userRid));
  }

  @Public()
  @CountsByAddress()
  @Post('password/forgot')
  @HttpCode(202)
  forgotPassword(@Body() { email }: ForgotPasswordDto): void {
    this.passwordReset.requestInBackground(email);
  }

  @Public()
  @CountsByAddress()
  @Post('password/reset')
  @HttpCode(204)
  @ApiNoContentResponse()
  async resetPassword(@Body() { token, password }: ResetPasswordDto, @Req() request: Request): Promise<void> {
    await this.passwordReset.reset(token, password, request.ip ?? '');
  }

  @Post('password/change')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOkResponse({ type: SignedInDto })
  async changePassword(
    @Body() { currentPassword, newPassword }: ChangePasswordDto,
    @Caller() actor: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ) {
    return this.signIn(
      response,
      await this.auth.changePassword(actor, currentPassword, newPassword, originOf(request)),
    );
  }

  @Get('sessions')
  @ApiBearerAuth()
  @ApiOkResponse({ type: AuthSessionListDto })
  async listSessions(@Caller() actor: Actor): Promise<AuthSessionListDto> {
    return { items: await this.sessions.list(actor) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiNoContentResponse()
  async endSession(@Param('id') id: string, @Caller() actor: Actor): Promise<void> {
    await this.sessions.end(actor, id);
  }

  private signIn(response: Response, { answer, refreshToken }: SignIn): SignedInDto {
    if (refreshToken !== null) this.cookie.write(response, refreshToken);
    return answer;
  }
}

function originOf(request: Request): Origin {
  const { 'user-agent': userAgent = '', 'accept-language': languages } = request.headers;
  return { address: request.ip ?? '', userAgent, language: acceptedLanguage(languages) };
}
