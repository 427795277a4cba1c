import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Instant, PublicId, Reference, RowKey } from '../database/columns';
import { User } from '../users/user.entity';

/** A sign-in on one device: the family of refresh tokens that descend from it, and the access tokens that name it. */
@Entity('session')
@Index('session_id', ['id'], { unique: true })
@Index('session_user', ['userRid', 'endedAt'])
export class Session {
  @RowKey() rid!: number;
  @PublicId() id!: string;
  @Reference('user_rid') userRid!: number;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_rid', foreignKeyConstraintName: 'fk_session_user' })
  user?: User;
  @Column({ name: 'user_agent', type: 'varchar', length: 300 }) userAgent!: string;
  @Instant('created_at') createdAt!: number;
  @Instant('last_used_at') lastUsedAt!: number;
  @Instant('expires_at') expiresAt!: number;
  @Instant('ended_at', { nullable: true }) endedAt!: number | null;
}

/** One refresh token; only its SHA-256 is stored. A second use of a used one ends the session. */
@Entity('refresh_token')
@Index('refresh_token_session', ['sessionRid'])
export class RefreshToken {
  @PrimaryColumn({ type: 'varchar', length: 64 }) hash!: string;
  @Reference('session_rid') sessionRid!: number;
  @ManyToOne(() => Session, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'session_rid', foreignKeyConstraintName: 'fk_refresh_token_session' })
  session?: Session;
  @Instant('created_at') createdAt!: number;
  @Instant('used_at', { nullable: true }) usedAt!: number | null;
}

/** A link that lets its holder choose a new password, once; only its SHA-256 is stored. */
@Entity('password_reset')
@Index('password_reset_user', ['userRid'])
export class PasswordReset {
  @PrimaryColumn({ type: 'varchar', length: 64 }) hash!: string;
  @Reference('user_rid') userRid!: number;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_rid', foreignKeyConstraintName: 'fk_password_reset_user' })
  user?: User;
  @Instant('expires_at') expiresAt!: number;
  @Instant('used_at', { nullable: true }) usedAt!: number | null;
}
