import { Entity, Index, PrimaryColumn } from 'typeorm';
import { Instant } from '../database/columns';

/**
 * A stored object that is not a file of the desk's yet, or no more: written down before it is stored and in the transaction
 * that removes its row, crossed out in the one that writes its row and once it is gone. What stays here was interrupted.
 */
@Entity('unsettled_object')
@Index('unsettled_object_created', ['createdAt'])
export class UnsettledObject {
  @PrimaryColumn({ name: 'storage_key', type: 'varchar', length: 200 }) storageKey!: string;
  @Instant('created_at') createdAt!: number;
}
