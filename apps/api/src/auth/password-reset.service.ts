import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { MailTransport } from '@liftdesk/mail';
import { FailureLimiter } from '@liftdesk/throttling';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { ValidationError } from '../common/domain-error';
import { NotificationsService } from '../notifications/notifications.service';
import { normaliseEmail } from '../users/email';
import { UsersService } from '../users/users.service';
import { AuthConfig } from './auth.config';
import { assertGoodPassword, hashPassword } from './password';
import { newSecret, secretHash } from './secrets';
import { SessionsService } from './sessions.service';

const HOUR_MS = 3_600_000;
/** Somebody else may ask for links, only to annoy. */
const MAX_AN_HOUR = 5;

interface ResetRow {
  userRid: number;
  email: string;
}

const USABLE = `
  select r.user_rid as "userRid", u.email from password_reset r join "user" u on u.rid = r.user_rid
  where r.hash = ? and r.used_at is null and r.expires_at > ? and u.disabled_at is null`;

/** Forgotten passwords: a link that works once and for an hour. */
@Injectable()
export class PasswordResetService {
  private readonly logger = new Logger(PasswordResetService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly failures: FailureLimiter,
    private readonly clock: Clock,
    private readonly config: AuthConfig,
    private readonly notifications: NotificationsService,
    private readonly mail: MailTransport,
  ) {}

  /** Where a link goes: by mail to its owner, in development to the terminal, or nowhere, and then none is made. */
  get way(): 'mail' | 'terminal' | 'none' {
    if (this.mail.reachesPeople) return 'mail';
    return this.config.development ? 'terminal' : 'none';
  }

  /** Makes a link for the account, if there is one, and mails it. Of too many in an hour the last ones do not go out. */
  async request(email: string): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (!user || user.disabledAt !== null || this.way === 'none') return;
    const token = newSecret();
    const made = await this.database.transaction(async (manager) => {
      await this.users.hold(manager, user.rid);
      const now = this.clock.now();
      const lately = await this.notifications.passwordResetsSince(manager, user.rid, now - HOUR_MS);
      if (lately >= MAX_AN_HOUR) return false;
      await this.withdraw(manager, user.rid);
      const expiresAt = now + this.config.passwordResetTtlMs;
      await manager.query('insert into password_reset (hash, user_rid, expires_at) values (?, ?, ?)', [
        secretHash(token),
        user.rid,
        expiresAt,
      ]);
      await this.notifications.passwordReset(manager, { userRid: user.rid, token, expiresAt });
      return true;
    });
    this.logger.log({
      message: made ? 'password-reset.link-made' : 'password-reset.too-many',
      userId: user.id,
    });
    if (made && this.config.development) this.print(user.name, token);
  }

  /** As request(), after the answer: its time must not tell whether the account exists. */
  requestInBackground(email: string): void {
    setImmediate(() => {
      this.request(email).catch((error: unknown) =>
        this.logger.error({ message: 'password-reset.failed', error }),
      );
    });
  }

  /** No link of this user opens anything any more, and none that waits is sent. */
  async withdraw(manager: EntityManager, userRid: number): Promise<void> {
    await this.notifications.withdrawPasswordReset(manager, userRid);
    await manager.query('delete from password_reset where user_rid = ?', [userRid]);
  }

  /**
   * Sets the password, ends every session of its owner and forgives the failed sign-ins: who has the link is the owner.
   * @param address of the caller, `req.ip`
   * @throws ValidationError when the link is unknown, used or expired
   */
  async reset(token: string, password: string, address: string): Promise<void> {
    const hash = secretHash(token);
    const early = await this.usable(hash);
    assertGoodPassword(password, early.email);
    const passwordHash = await hashPassword(password);
    const { userRid } = early;
    await this.database.transaction(async (manager) => {
      await this.users.hold(manager, userRid);
      await this.usable(hash, manager);
      await manager.query('update password_reset set used_at = ? where hash = ?', [this.clock.now(), hash]);
      await this.users.setPassword(manager, userRid, passwordHash);
      await this.sessions.endAllOf(manager, userRid);
    });
    this.sessions.announce(userRid);
    await this.failures.forgive({ account: normaliseEmail(early.email), address });
  }

  /** The logger would black the token out, as it must in files. */
  private print(name: string, token: string): void {
    process.stdout.write(`Reset link for ${name}: ${this.config.publicUrl}/reset-password?token=${token}\n`);
  }

  /** @param manager of the transaction that uses the link, in which its owner is held */
  private async usable(hash: string, manager: EntityManager = this.database.manager): Promise<ResetRow> {
    const [row]: ResetRow[] = await manager.query(USABLE, [hash, this.clock.now()]);
    if (!row) throw ValidationError.of('/token', 'This link was used or has expired: ask for a new one');
    return row;
  }
}
