import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock, toIso } from '../common/clock';
import { NotFoundError, UnauthenticatedError } from '../common/domain-error';
import { dialectOf } from '../database/dialect';
import { MaintenanceError } from '../database/maintenance';
import { DeskEvents } from '../events/desk-events';
import { User } from '../users/user.entity';
import type { Actor } from './actor';
import { AuthConfig } from './auth.config';
import { newSecret, secretHash } from './secrets';

const ACTOR = `
  select s.id as "sessionId", s.expires_at as "expiresAt", u.rid as "userRid", u.id as "userId", u.role
  from session s join "user" u on u.rid = s.user_rid
  where s.id = ? and s.ended_at is null and u.disabled_at is null`;

const ACTOR_OF_TOKEN = `
  select s.id as "sessionId", s.expires_at as "expiresAt", u.rid as "userRid", u.id as "userId", u.role
  from refresh_token t join session s on s.rid = t.session_rid join "user" u on u.rid = s.user_rid
  where t.hash = ? and t.used_at is null and s.ended_at is null and u.disabled_at is null`;

const REFRESH = `
  select t.used_at as "usedAt", s.rid as "sessionRid", s.id as "sessionId", s.ended_at as "endedAt", s.expires_at as "expiresAt", s.user_rid as "userRid"
  from refresh_token t join session s on s.rid = t.session_rid
  where t.hash = ?`;

const OF_USER = `
  select id, created_at as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt", user_agent as "userAgent"
  from session where user_rid = ? and ended_at is null and expires_at > ?
  order by last_used_at desc limit 100`;

interface RefreshRow {
  usedAt: number | null;
  sessionRid: number;
  sessionId: string;
  endedAt: number | null;
  expiresAt: number;
  userRid: number;
}

export interface StartedSession {
  sessionId: string;
  refreshToken: string;
}

export interface RenewedSession {
  sessionId: string;
  /** The next one; null where the old one stays. */
  refreshToken: string | null;
  user: User;
}

const SESSION_OVER = 'This session is over: sign in again';

/** Sign-ins on devices: start, renew, list, end. An ended session's access tokens are refused at once. */
@Injectable()
export class SessionsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly events: DeskEvents,
    private readonly clock: Clock,
    private readonly config: AuthConfig,
  ) {}

  async start(manager: EntityManager, userRid: number, userAgent: string): Promise<StartedSession> {
    const now = this.clock.now();
    const sessionId = uuidv7();
    const rows: { rid: number }[] = await manager.query(
      `insert into session (id, user_rid, user_agent, created_at, last_used_at, expires_at)
       values (?, ?, ?, ?, ?, ?) returning rid`,
      [sessionId, userRid, userAgent.slice(0, 300), now, now, now + this.config.refreshTtlMs],
    );
    return { sessionId, refreshToken: await this.issueToken(manager, (rows[0] as { rid: number }).rid, now) };
  }

  /**
   * Exchanges a refresh token for the next one. A token that was exchanged before is stolen or replayed:
   * its whole session ends. In maintenance nothing changes, and the token stays the one it is.
   * @throws UnauthenticatedError when the token is unknown, used, or its session is over
   */
  async renew(refreshToken: string): Promise<RenewedSession> {
    try {
      return await this.rotate(refreshToken);
    } catch (error) {
      if (error instanceof MaintenanceError) return this.carryOn(refreshToken);
      throw error;
    }
  }

  /** As renew() in maintenance: the token stays good, and one that was used before is refused without a trace. */
  private async carryOn(refreshToken: string): Promise<RenewedSession> {
    const actor = await this.actorOfToken(refreshToken);
    const user = actor && (await this.database.manager.findOneBy(User, { rid: actor.userRid }));
    if (!user) throw new UnauthenticatedError(SESSION_OVER);
    return { sessionId: actor.sessionId, refreshToken: null, user };
  }

  private async rotate(refreshToken: string): Promise<RenewedSession> {
    let ended: number | undefined;
    const renewed = await this.database.transaction(async (manager) => {
      ended = undefined;
      const now = this.clock.now();
      const hash = secretHash(refreshToken);
      const [row]: RefreshRow[] = await manager.query(`${REFRESH} ${dialectOf(manager).lock('t')}`, [hash]);
      if (!row || row.endedAt !== null || row.expiresAt <= now) return null;
      const user = await manager.findOneBy(User, { rid: row.userRid });
      if (row.usedAt !== null || !user || user.disabledAt !== null) {
        await manager.query('update session set ended_at = ? where rid = ?', [now, row.sessionRid]);
        ended = row.userRid;
        return null;
      }
      await manager.query('update refresh_token set used_at = ? where hash = ?', [now, hash]);
      await manager.query('update session set last_used_at = ?, expires_at = ? where rid = ?', [
        now,
        now + this.config.refreshTtlMs,
        row.sessionRid,
      ]);
      const next = await this.issueToken(manager, row.sessionRid, now);
      return { sessionId: row.sessionId, refreshToken: next, user };
    });
    if (ended !== undefined) this.announce(ended);
    if (!renewed) throw new UnauthenticatedError(SESSION_OVER);
    return renewed;
  }

  actorOf(sessionId: string, now: number): Promise<Actor | null> {
    return this.findActor(ACTOR, sessionId, now);
  }

  /** Whose refresh token this is, if renew() would take it; it stays good. */
  actorOfToken(refreshToken: string): Promise<Actor | null> {
    return this.findActor(ACTOR_OF_TOKEN, secretHash(refreshToken), this.clock.now());
  }

  private async findActor(sql: string, key: string, now: number): Promise<Actor | null> {
    const [row]: (Actor & { expiresAt: number })[] = await this.database.query(sql, [key]);
    if (!row || row.expiresAt <= now) return null;
    const { userRid, userId, role, sessionId } = row;
    return { userRid, userId, role, sessionId };
  }

  async list(actor: Actor) {
    const rows: {
      id: string;
      createdAt: number;
      lastUsedAt: number;
      expiresAt: number;
      userAgent: string;
    }[] = await this.database.query(OF_USER, [actor.userRid, this.clock.now()]);
    return rows.map((row) => ({
      id: row.id,
      createdAt: toIso(row.createdAt),
      lastUsedAt: toIso(row.lastUsedAt),
      expiresAt: toIso(row.expiresAt),
      userAgent: row.userAgent,
      current: row.id === actor.sessionId,
    }));
  }

  /** @throws NotFoundError when the caller has no such session */
  async end(actor: Actor, sessionId: string): Promise<void> {
    const ended: unknown[] = await this.database.transaction((manager) =>
      manager.query(
        'update session set ended_at = ? where id = ? and user_rid = ? and ended_at is null returning rid',
        [this.clock.now(), sessionId, actor.userRid],
      ),
    );
    if (ended.length === 0) throw new NotFoundError('There is no such session');
    this.announce(actor.userRid);
  }

  /** Ends the session that a refresh token belongs to; an unknown token ends nothing. */
  async endByToken(refreshToken: string): Promise<void> {
    const ended: { userRid: number }[] = await this.database.transaction((manager) =>
      manager.query(
        `update session set ended_at = ? where ended_at is null
         and rid = (select session_rid from refresh_token where hash = ?) returning user_rid as "userRid"`,
        [this.clock.now(), secretHash(refreshToken)],
      ),
    );
    for (const { userRid } of ended) this.announce(userRid);
  }

  /** Ends the caller's present session; it may be over already. */
  async endQuietly(actor: Actor): Promise<void> {
    await this.database.transaction((manager) =>
      manager.query('update session set ended_at = ? where id = ? and ended_at is null', [
        this.clock.now(),
        actor.sessionId,
      ]),
    );
    this.announce(actor.userRid);
  }

  /** Whoever calls it announces it after the commit. */
  async endAllOf(manager: EntityManager, userRid: number): Promise<void> {
    await manager.query('update session set ended_at = ? where user_rid = ? and ended_at is null', [
      this.clock.now(),
      userRid,
    ]);
  }

  /** What this user may do has changed: live updates that it may not have any more end at once, in every process. */
  announce(userRid: number): void {
    this.events.accessChanged(userRid);
  }

  /**
   * Forgets sessions that ended or expired before the instant, and their tokens; of those that run, the tokens that were
   * used so long ago that unused they would have expired by now: whoever holds a copy has nothing, and it would open nothing.
   * @returns how many sessions
   */
  async sweep(before: number): Promise<number> {
    const swept: unknown[] = await this.database.transaction(async (manager) => {
      await manager.query('delete from refresh_token where used_at < ?', [
        this.clock.now() - this.config.refreshTtlMs,
      ]);
      return manager.query('delete from session where ended_at < ? or expires_at < ? returning rid', [
        before,
        before,
      ]);
    });
    return swept.length;
  }

  private async issueToken(manager: EntityManager, sessionRid: number, now: number): Promise<string> {
    const token = newSecret();
    await manager.query('insert into refresh_token (hash, session_rid, created_at) values (?, ?, ?)', [
      secretHash(token),
      sessionRid,
      now,
    ]);
    return token;
  }
}
