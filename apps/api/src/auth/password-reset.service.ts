import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FailureLimiter } from '@liftdesk/throttling';
import { DataSource, EntityManager } from 'typeorm';
import { Clock } from '../common/clock';
import { ValidationError } from '../common/domain-error';
import { dialectOf } from '../database/dialect';
import { normaliseEmail } from '../users/email';
import { UsersService } from '../users/users.service';
import { AuthConfig } from './auth.config';
import { assertGoodPassword, hashPassword } from './password';
import { newSecret, secretHash } from './secrets';
import { SessionsService } from './sessions.service';

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
  ) {}

  /**
   * Makes a link for the account, if there is one. Until Liftdesk sends mail the link goes to the terminal in
   * development and nowhere else; elsewhere no link is made, since nobody could receive it.
   */
  async request(email: string): Promise<void> {
    const user = await this.users.findByEmail(email);
    if (!user || user.disabledAt !== null || !this.config.development) return;
    const token = newSecret();
    await this.database.transaction(async (manager) => {
      await this.withdraw(manager, user.rid);
      await manager.query('insert into password_reset (hash, user_rid, expires_at) values (?, ?, ?)', [
        secretHash(token),
        user.rid,
        this.clock.now() + this.config.passwordResetTtlMs,
      ]);
    });
    this.logger.log({ message: 'password-reset.link-made', userId: user.id });
    // The logger would black the token out, as it must in files.
    process.stdout.write(
      `Reset link for ${user.name}: ${this.config.publicUrl}/reset-password?token=${token}\n`,
    );
  }

  /** As request(), after the answer: its time must not tell whether the account exists. */
  requestInBackground(email: string): void {
    setImmediate(() => {
      this.request(email).catch((error: unknown) =>
        this.logger.error({ message: 'password-reset.failed', error }),
      );
    });
  }

  /** No link of this user opens anything any more. */
  async withdraw(manager: EntityManager, userRid: number): Promise<void> {
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
    await this.database.transaction(async (manager) => {
      const { userRid } = await this.usable(hash, manager);
      await manager.query('update password_reset set used_at = ? where hash = ?', [this.clock.now(), hash]);
      await this.users.setPassword(manager, userRid, passwordHash);
      await this.sessions.endAllOf(manager, userRid);
    });
    await this.failures.forgive({ account: normaliseEmail(early.email), address });
  }

  /** @param manager of the transaction that uses the link: nobody else does meanwhile, nor changes its owner */
  private async usable(hash: string, manager?: EntityManager): Promise<ResetRow> {
    const values = [hash, this.clock.now()];
    const [row]: ResetRow[] = manager
      ? await manager.query(`${USABLE} ${dialectOf(manager).lock()}`, values)
      : await this.database.query(USABLE, values);
    if (!row) throw ValidationError.of('/token', 'This link was used or has expired: ask for a new one');
    return row;
  }
}
