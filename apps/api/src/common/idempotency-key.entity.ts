import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { Instant, KeyReference } from '../database/columns';

/** The first answer to a creating request, kept a day so that a retry gets it again instead of a second object. */
@Entity('idempotency_key')
@Index('idempotency_key_created', ['createdAt'])
export class IdempotencyKey {
  @KeyReference('user_rid') userRid!: number;
  @PrimaryColumn({ type: 'varchar', length: 200 }) key!: string;
  /** SHA-256 over route and body. */
  @Column({ type: 'varchar', length: 64 }) fingerprint!: string;
  @Column({ type: 'text' }) answer!: string;
  @Instant('created_at') createdAt!: number;
}
