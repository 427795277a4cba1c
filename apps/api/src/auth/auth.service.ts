import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FailureLimiter } from '@liftdesk/throttling';
import { DataSource, EntityManager } from 'typeorm';
import {
  ConflictError,
  ForbiddenError,
  IdempotencyMismatchError,
  UnauthenticatedError,
  ValidationError,
} from '../common/domain-error';
import { Idempotency, type IdempotentRequest } from '../common/idempotency';
import { dialectOf } from '../database/dialect';
import { normaliseEmail } from '../users/email';
import { type Language, User } from '../users/user.entity';
import { toUserView } from '../users/user.dto';
import { UsersService } from '../users/users.service';
import { AccessTokens } from './access-tokens';
import type { Actor } from './actor';
import { AuthConfig } from './auth.config';
import { LoginDto, RegisterDto, SetupDto, SignedInDto } from './auth.dto';
import { isDemoAddress } from './demo-accounts';
import { assertGoodPassword, hashPassword, passwordMatches } from './password';
import { PasswordResetService } from './password-reset.service';
import { secretHash } from './secrets';
import { RenewedSession, SessionsService, StartedSession } from './sessions.service';
import { SetupLink } from './setup-link';

/** Where a request comes from, as far as sign-in needs it. */
export interface Origin {
  address: string;
  userAgent: string;
  /** That the browser likes best, of ours. */
  language: Language | null;
}

/** An answer that signs somebody in, and the refresh token for its cookie; null where it keeps the one it has. */
export interface SignIn {
  answer: SignedInDto;
  refreshToken: string | null;
}

const WRONG_PAIR = 'Email and password do not match';

@Injectable()
export class AuthService {
  private readonly logger = new Logger(AuthService.name);
  /** The last try of each address that has one under way. */
  private readonly signingIn = new Map<string, Promise<void>>();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly tokens: AccessTokens,
    private readonly failures: FailureLimiter,
    private readonly setupLink: SetupLink,
    private readonly passwordReset: PasswordResetService,
    private readonly idempotency: Idempotency,
    private readonly config: AuthConfig,
  ) {}

  /**
   * Makes a customer and signs it in. A retry with the same key and body signs in again instead: a session is no
   * answer to keep for later.
   * @throws ForbiddenError where customers make no accounts
   * @throws ConflictError when the address is taken
   * @throws ValidationError also for the address of a demo account, outside development
   * @throws IdempotencyMismatchError when the key came with another body
   */
  async register(body: RegisterDto, origin: Origin, key?: string): Promise<SignIn> {
    if (!this.config.registrationOpen)
      throw new ForbiddenError('Accounts here are made by the people who run this desk: ask them for one');
    this.assertMayRegister(body);
    return this.createAndSignIn(body, 'customer', origin, { key });
  }

  /** Makes the first admin, by the one-time link printed to the operator. */
  async setUp(body: SetupDto, origin: Origin): Promise<SignIn> {
    this.assertMayRegister(body);
    this.setupLink.assertValid(body.token);
    const precondition = async (manager: EntityManager): Promise<void> => {
      await dialectOf(manager).oneByOne(manager, 'set-up');
      if (await this.users.anyStaff(manager)) throw new ConflictError('Liftdesk is set up already: sign in');
    };
    const signIn = await this.createAndSignIn(body, 'admin', origin, { precondition });
    this.setupLink.spend();
    return signIn;
  }

  /**
   * @throws UnauthenticatedError the same, and after the same time, for an unknown account, a wrong password
   *   and a disabled user
   * @throws RateLimitedError after too many failures by account or by address
   */
  async login({ email, password }: LoginDto, origin: Origin): Promise<SignIn> {
    return this.oneAtATime(origin.address, () => this.logInAlone(email, password, origin));
  }

  private async logInAlone(email: string, password: string, origin: Origin): Promise<SignIn> {
    const keys = { account: normaliseEmail(email), address: origin.address };
    await this.failures.check(keys);
    const user = await this.users.findByEmail(email);
    const matches = await passwordMatches(user?.passwordHash ?? null, password);
    if (!user || !matches || user.disabledAt !== null) {
      this.logger.log({ message: 'sign-in.failed', userId: user?.id });
      throw new UnauthenticatedError(WRONG_PAIR);
    }
    await this.failures.succeed(keys);
    const session = await this.database.transaction(async (manager) => {
      await this.assertStill(manager, user, WRONG_PAIR);
      await this.users.noteLanguage(manager, user, origin.language);
      return this.startSession(manager, user.rid, origin);
    });
    this.logger.log({ message: 'session.started', userId: user.id, sessionId: session.sessionId });
    return this.signedIn(user, session);
  }

  /**
   * Tries from one address wait for each other: a try is counted before the password is looked at, and colleagues who
   * sign in at the same moment must not use up each other's tries.
   */
  private async oneAtATime<T>(address: string, work: () => Promise<T>): Promise<T> {
    const before = this.signingIn.get(address) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.signingIn.set(address, settled);
    try {
      return await mine;
    } finally {
      if (this.signingIn.get(address) === settled) this.signingIn.delete(address);
    }
  }

  /** @throws UnauthenticatedError when there is no cookie or its session is over */
  async refresh(refreshToken: string | undefined): Promise<SignIn> {
    if (!refreshToken) throw new UnauthenticatedError('Sign in first');
    const { user, ...session } = await this.sessions.renew(refreshToken);
    return this.signedIn(user, session);
  }

  /**
   * Sets a new password, ends every session of the caller and starts a new one here; a link to a new password that is
   * under way opens nothing any more.
   * @throws UnauthenticatedError when the password was changed otherwise at the same moment
   */
  async changePassword(
    actor: Actor,
    currentPassword: string,
    newPassword: string,
    origin: Origin,
  ): Promise<SignIn> {
    const user = await this.users.get(actor.userRid);
    const keys = { account: user.emailNorm, address: origin.address };
    await this.failures.check(keys);
    if (!(await passwordMatches(user.passwordHash, currentPassword))) {
      throw ValidationError.of('/currentPassword', 'This is not your present password');
    }
    await this.failures.succeed(keys);
    assertGoodPassword(newPassword, user.email, '/newPassword');
    const passwordHash = await hashPassword(newPassword);
    const session = await this.database.transaction(async (manager) => {
      await this.assertStill(manager, user, 'Your password was changed meanwhile: sign in again');
      await this.users.setPassword(manager, user.rid, passwordHash);
      await this.passwordReset.withdraw(manager, user.rid);
      await this.sessions.endAllOf(manager, user.rid);
      return this.startSession(manager, user.rid, origin);
    });
    this.sessions.announce(user.rid);
    this.logger.log({ message: 'password.changed', userId: user.id });
    return this.signedIn(user, session);
  }

  private assertMayRegister({ email, password }: RegisterDto): void {
    assertGoodPassword(password, email);
    // With its known password such an account would keep production from starting again.
    if (!this.config.development && isDemoAddress(email))
      throw ValidationError.of('/email', 'This address is kept for demonstrations: take another');
  }

  private async createAndSignIn(
    body: RegisterDto,
    role: 'customer' | 'admin',
    origin: Origin,
    { key, precondition }: { key?: string; precondition?: (manager: EntityManager) => Promise<void> },
  ): Promise<SignIn> {
    const passwordHash = await hashPassword(body.password);
    const { userRid, repeated } = await this.database.transaction(async (manager) => {
      let created = false;
      const answer = await this.idempotency.once(manager, registrationOf(body, role, key), async () => {
        created = true;
        await precondition?.(manager);
        const user = await this.users.create(manager, {
          email: body.email,
          name: body.name,
          role,
          passwordHash,
          language: origin.language,
        });
        return { userRid: user.rid };
      });
      return { ...answer, repeated: !created };
    });
    const user = await this.users.get(userRid);
    if (repeated && !(await passwordMatches(user.passwordHash, body.password))) {
      throw new IdempotencyMismatchError('This Idempotency-Key was used with another body');
    }
    const session = await this.database.transaction(async (manager) => {
      await this.assertStill(manager, user, WRONG_PAIR);
      return this.startSession(manager, userRid, origin);
    });
    this.logger.log({ message: 'user.registered', userId: user.id, role, repeated });
    return this.signedIn(user, session);
  }

  /** A password that was reset, or a user who was disabled, since the password was compared opens nothing. */
  private async assertStill(manager: EntityManager, user: User, message: string): Promise<void> {
    if (await this.users.hasPassword(manager, user.rid, user.passwordHash)) return;
    throw new UnauthenticatedError(message);
  }

  private startSession(manager: EntityManager, userRid: number, origin: Origin): Promise<StartedSession> {
    return this.sessions.start(manager, userRid, origin.userAgent);
  }

  private async signedIn(user: User, session: Omit<RenewedSession, 'user'>): Promise<SignIn> {
    const accessToken = await this.tokens.sign(user.id, session.sessionId);
    const answer = {
      accessToken,
      expiresIn: Math.floor(this.config.accessTtlMs / 1000),
      user: toUserView(user),
    };
    return { answer, refreshToken: session.refreshToken };
  }
}

/** Nobody is signed in yet, so the key counts with its address; the password is compared, never stored with a key. */
function registrationOf(
  { email, name }: RegisterDto,
  role: string,
  key: string | undefined,
): IdempotentRequest {
  const account = normaliseEmail(email);
  return {
    key: key && secretHash(`${account} ${key}`),
    userRid: 0,
    subject: ['register', account, name, role],
  };
}
