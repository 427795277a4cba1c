import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { Instant } from '../database/columns';

/** Longest word to the users that is kept. */
export const MESSAGE_LENGTH = 300;

/** While its one row is there, the desk takes no writes. It says so of this database, and is not carried to another. */
@Entity('maintenance')
@Check('maintenance_one', '"id" = 1')
export class MaintenanceRow {
  @PrimaryColumn({ type: 'smallint' }) id!: 1;
  @Instant('since') since!: number;
  /** When the operator means to be done. Nothing happens by itself then. */
  @Instant('until', { nullable: true }) until!: number | null;
  @Column({ type: 'varchar', length: MESSAGE_LENGTH, nullable: true }) message!: string | null;
}
