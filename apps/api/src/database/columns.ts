import { Column, ColumnOptions, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** Internal key in creation order, made by the database and never reused. Never leaves the API, but for a ticket's number. */
export const RowKey = (): PropertyDecorator => PrimaryGeneratedColumn({ name: 'rid', type: 'integer' });

/** Public UUIDv7, made in code. */
export const PublicId = (): PropertyDecorator => Column({ type: 'varchar', length: 36 });

/** A row key of another table. */
export const Reference = (name: string, options: ColumnOptions = {}): PropertyDecorator =>
  Column({ name, type: 'integer', ...options });

/** A row key of another table that is part of this table's primary key. */
export const KeyReference = (name: string): PropertyDecorator => PrimaryColumn({ name, type: 'integer' });

/** An instant as milliseconds since 1970 in UTC: compares and indexes alike on both engines. */
export const Instant = (name: string, options: ColumnOptions = {}): PropertyDecorator =>
  Column({ name, type: 'bigint', ...options });

/** A whole number that may pass 2^31, such as a size in bytes. */
export const BigInteger = (name: string): PropertyDecorator => Column({ name, type: 'bigint' });

/** JSON as text; parsed by whoever reads it. */
export const JsonText = (name: string, options: ColumnOptions = {}): PropertyDecorator =>
  Column({ name, type: 'text', ...options });

/**
 * `limit` by a parameter, in the SQL of a hot read. SQLite looks at a bare `limit ?` while it plans, and then plans the
 * statement again at every execution, which costs more than most of our reads.
 */
export const LIMIT = 'limit cast(? as integer)';

/** The condition of a CHECK that holds a varchar column to its choices. */
export const oneOf = (column: string, choices: readonly string[]): string =>
  `"${column}" IN (${choices.map((choice) => `'${choice}'`).join(', ')})`;
