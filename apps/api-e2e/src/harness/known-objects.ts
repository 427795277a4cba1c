import type { S3Server } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import type { Installation } from './built-api';

/**
 * Nothing is lost and nothing is an orphan: each row has its object, each object and each upload under way has a row, or
 * the note by which the sweeper removes it.
 */
export function expectAllKnown({ databasePath }: Installation, s3: S3Server): void {
  const database = new Database(databasePath, { readonly: true });
  const keysOf = (table: string): string[] =>
    (database.prepare(`select storage_key as key from ${table}`).all() as { key: string }[]).map(
      ({ key }) => key,
    );
  const [rows, notes] = [keysOf('attachment'), keysOf('unsettled_object')];
  database.close();
  expect(rows.filter((key) => !s3.objects.has(key))).toEqual([]);
  const stored = [...s3.objects.keys(), ...s3.uploads.map(({ key }) => key)];
  expect(stored.filter((key) => !rows.includes(key) && !notes.includes(key))).toEqual([]);
}
