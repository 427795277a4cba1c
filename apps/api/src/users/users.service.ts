import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, EntityManager, In, IsNull } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../auth/actor';
import { escapeLike } from '../common/escape-like';
import { SessionsService } from '../auth/sessions.service';
import { type Dialect, dialectOf } from '../database/dialect';
import { Clock } from '../common/clock';
import { decodeCursor, encodeCursor } from '../common/cursor';
import { ConflictError, ForbiddenError, NotFoundError } from '../common/domain-error';
import { normaliseEmail } from './email';
import { isMarked } from './erasure/mark';
import { type Language, Role, User } from './user.entity';
import { UserChangeDto, UserPageDto, UserQueryDto, toAdminUserView } from './user.dto';

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  /** Null for somebody who gets one later: by a reset link, or from the operator. */
  passwordHash: string | null;
  /** Null where nobody has said. */
  language?: Language | null;
}

const AGENTS = `
  select id, name, role from "user"
  where role in ('agent', 'admin') and disabled_at is null order by name, rid limit 1000`;

@Injectable()
export class UsersService {
  private readonly dialect: Dialect;

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
  ) {
    this.dialect = dialectOf(database);
  }

  findByEmail(email: string, manager: EntityManager = this.database.manager): Promise<User | null> {
    return manager.findOneBy(User, { emailNorm: normaliseEmail(email) });
  }

  /** @throws NotFoundError */
  async get(rid: number): Promise<User> {
    const user = await this.database.manager.findOneBy(User, { rid });
    if (!user) throw new NotFoundError('There is no such user');
    return user;
  }

  /** @throws NotFoundError */
  async getById(id: string): Promise<User> {
    const user = await this.database.manager.findOneBy(User, { id: id.toLowerCase() });
    if (!user) throw new NotFoundError('There is no such user');
    return user;
  }

  /** @throws ConflictError when the address is taken, however it is spelt */
  async create(manager: EntityManager, user: NewUser): Promise<User> {
    if (await this.findByEmail(user.email, manager)) {
      throw new ConflictError(
        'There is an account with this address: sign in, or ask those who run this desk for a new password',
      );
    }
    return this.add(manager, user);
  }

  /** As create(), after findByEmail(): where somebody added the same one since, the transaction runs again and finds it. */
  async add(
    manager: EntityManager,
    { email, name, role, passwordHash, language = null }: NewUser,
  ): Promise<User> {
    const user = manager.create(User, {
      id: uuidv7(),
      email,
      emailNorm: normaliseEmail(email),
      name,
      role,
      passwordHash,
      language,
      createdAt: this.clock.now(),
      disabledAt: null,
    });
    return manager.save(user);
  }

  /** @throws NotFoundError */
  async setLanguage(rid: number, language: Language | null): Promise<User> {
    await this.database.transaction((manager) => manager.update(User, { rid }, { language }));
    return this.get(rid);
  }

  /** What the browser likes, until its owner says otherwise. */
  async noteLanguage(manager: EntityManager, user: User, language: Language | null): Promise<void> {
    if (user.language !== null || language === null) return;
    await manager.update(User, { rid: user.rid, language: IsNull() }, { language });
    user.language = language;
  }

  async setPassword(manager: EntityManager, rid: number, passwordHash: string): Promise<void> {
    await manager.update(User, { rid }, { passwordHash });
  }

  /**
   * Whether this is still the user's password, and the user may sign in. Neither changes until the transaction ends: a
   * session begun in it is there for whoever changes the password next, and ends with it.
   */
  async hasPassword(manager: EntityManager, rid: number, passwordHash: string | null): Promise<boolean> {
    await this.hold(manager, rid);
    const user = await manager.findOneBy(User, { rid });
    return user !== null && user.disabledAt === null && user.passwordHash === passwordHash;
  }

  async anyStaff(manager: EntityManager = this.database.manager): Promise<boolean> {
    return manager.existsBy(User, { role: In(['agent', 'admin']) });
  }

  /** Which of these addresses have an account. */
  async presentEmails(emails: readonly string[]): Promise<Set<string>> {
    const users = await this.database.manager.findBy(User, { emailNorm: In(emails.map(normaliseEmail)) });
    return new Set(users.map((user) => user.email));
  }

  /** Those who can be given a ticket. */
  async agents(): Promise<{ id: string; name: string; role: Role }[]> {
    return this.database.query(AGENTS);
  }

  /** By name; `q` finds the beginning of a name or an address. */
  async list({ role, q, limit, cursor }: UserQueryDto): Promise<UserPageDto> {
    const query = this.database.manager
      .createQueryBuilder(User, 'u')
      .orderBy('u.name')
      .addOrderBy('u.rid')
      .limit(limit + 1);
    if (role) query.andWhere('u.role = :role', { role });
    if (q) {
      const begins = `${escapeLike(q)}%`;
      const { like } = this.dialect;
      query.andWhere(`(u.name ${like} :begins escape '\\' or u.emailNorm like :norm escape '\\')`, {
        begins,
        norm: `${escapeLike(normaliseEmail(q))}%`,
      });
    }
    if (cursor) {
      const [name, rid] = decodeCursor(cursor, 'name', 2, 1);
      query.andWhere('(u.name, u.rid) > (:name, cast(:rid as bigint))', { name, rid });
    }
    const users = await query.getMany();
    const page = users.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(toAdminUserView),
      nextCursor: users.length > limit && last ? encodeCursor('name', [last.name, last.rid]) : null,
    };
  }

  /**
   * Changes role or access. Disabling ends every session of the user at once.
   * @throws ConflictError when an admin would lock itself out, and for who is being erased
   * @throws ForbiddenError when the actor has lost its own access meanwhile
   */
  async change(actor: Actor, id: string, change: UserChangeDto): Promise<User> {
    const changed = await this.database.transaction(async (manager) => {
      const found = await manager.findOneBy(User, { id: id.toLowerCase() });
      await this.hold(manager, actor.userRid, found?.rid);
      await this.assertAdmin(manager, actor);
      const user = found && (await manager.findOneBy(User, { rid: found.rid }));
      if (!user) throw new NotFoundError('There is no such user');
      if (isMarked(user)) throw new ConflictError('They are being erased');
      const losesAccess = change.disabled === true || (change.role !== undefined && change.role !== 'admin');
      if (user.rid === actor.userRid && losesAccess) {
        throw new ConflictError('You cannot take your own access away: ask another admin');
      }
      if (change.role !== undefined) user.role = change.role;
      if (change.disabled !== undefined)
        user.disabledAt = change.disabled ? (user.disabledAt ?? this.clock.now()) : null;
      await manager.save(user);
      if (change.disabled) await this.sessions.endAllOf(manager, user.rid);
      return user;
    });
    this.sessions.announce(changed.rid);
    return changed;
  }

  /**
   * Nobody else changes these people, their sessions or their links to a new password until the transaction ends: who does
   * holds them first. Always in the same order, so that two never cross.
   */
  async hold(manager: EntityManager, ...rids: (number | undefined)[]): Promise<void> {
    const sql = `select rid from "user" where rid in (?, ?) order by rid ${this.dialect.lock()}`;
    const [one, other] = rids;
    await manager.query(sql, [one, other ?? one]);
  }

  /**
   * Two admins may take each other's access away at the same moment: the later one is no admin any more. Since nobody
   * takes away its own, an enabled admin is always left.
   */
  private async assertAdmin(manager: EntityManager, { userRid }: Actor): Promise<void> {
    if (await manager.existsBy(User, { rid: userRid, role: 'admin', disabledAt: IsNull() })) return;
    throw new ForbiddenError('Your role does not allow this');
  }
}
