import { Check, Column, Entity, Index } from 'typeorm';
import { Instant, PublicId, RowKey, oneOf } from '../database/columns';

/** Those that letters are written in; the client is in English so far. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

export const ROLES = ['customer', 'agent', 'admin'] as const;
export type Role = (typeof ROLES)[number];

@Entity('user')
@Check('user_role', oneOf('role', ROLES))
@Index('user_id', ['id'], { unique: true })
@Index('user_email', ['emailNorm'], { unique: true })
@Index('user_role_name', ['role', 'name', 'rid'])
export class User {
  @RowKey() rid!: number;
  @PublicId() id!: string;
  /** As its owner wrote it. */
  @Column({ type: 'varchar', length: 254 }) email!: string;
  /** What two spellings of one address have in common; see normaliseEmail(). */
  @Column({ name: 'email_norm', type: 'varchar', length: 300 }) emailNorm!: string;
  @Column({ type: 'varchar', length: 120 }) name!: string;
  @Column({ type: 'varchar', length: 10 }) role!: Role;
  /** argon2id in PHC form; null for somebody an agent wrote a ticket for, who has not set a password yet. */
  @Column({ name: 'password_hash', type: 'varchar', length: 200, nullable: true }) passwordHash!:
    string | null;
  /** Of letters; null where nobody has said: see the first Accept-Language. */
  @Column({ type: 'varchar', length: 5, nullable: true }) language!: Language | null;
  @Instant('created_at') createdAt!: number;
  @Instant('disabled_at', { nullable: true }) disabledAt!: number | null;
}
