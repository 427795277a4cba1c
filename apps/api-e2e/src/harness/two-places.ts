import { POSTGRES_GUEST, type PostgresServer, S3Server } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, Installation } from './built-api';
import { begin, type RunningCommand } from './command';

export const AGENT = ['maja@desk.example', 'a password for maja'] as const;
/** Of the place that is lifted to; it may be in nothing that is written. */
export const SECRET_THERE = 'a secret of the new place, which is another one than here';

export interface Kept {
  key: string;
  bytes: Buffer;
}

/** A desk on SQLite and a folder, and an empty place with PostgreSQL and a bucket that the file `.env.there` describes. */
export class TwoPlaces {
  readonly installation = new Installation();
  readonly database = `lift_${randomUUID().replaceAll('-', '')}`;

  private constructor(
    readonly postgres: PostgresServer,
    readonly s3: S3Server,
  ) {}

  static async begin(postgres: PostgresServer): Promise<TwoPlaces> {
    const places = new TwoPlaces(postgres, await S3Server.start());
    const { user } = POSTGRES_GUEST;
    // What proves a backup needs a database of its own.
    await postgres.query(`alter role ${user} createdb`);
    await postgres.query(`create database ${places.database} owner ${user}`);
    places.installation.migrate().addUser('agent', ...AGENT);
    places.describe();
    return places;
  }

  /** Writes the file of the other place. */
  describe(more: Record<string, string> = {}): void {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...storage } = this.s3.env;
    const variables = { NODE_ENV: 'test', JWT_SECRET: SECRET_THERE, S3_DEADLINE: '2', ...storage, ...more };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(this.path('.env.there'), lines.join(''), { mode: 0o600 });
  }

  path(...names: string[]): string {
    return join(this.installation.folder, ...names);
  }

  /** Of the other place; its password is a guest's. */
  get databaseUrl(): string {
    const { user, password } = POSTGRES_GUEST;
    return this.postgres.url(this.database).replace('postgres@', `${user}:${encodeURIComponent(password)}@`);
  }

  /** What the SDK finds by itself, and what stands in no file. */
  get env(): Record<string, string> {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = this.s3.env;
    return {
      AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID as string,
      AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY as string,
      THERE_DATABASE_URL: this.databaseUrl,
    };
  }

  /** What a server of the other place is started with. */
  get envThere(): Record<string, string> {
    return { ...this.s3.env, JWT_SECRET: SECRET_THERE, DATABASE_URL: this.databaseUrl };
  }

  lift(args: readonly string[] = [], env: Record<string, string> = {}): RunningCommand {
    return begin(this.installation, ['lift', '--to', '.env.there', ...args], { ...this.env, ...env });
  }

  land(args: readonly string[] = [], env: Record<string, string> = {}): RunningCommand {
    return begin(this.installation, ['land', '--from', '.env.there', ...args], { ...this.env, ...env });
  }

  lifted(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ending> {
    return this.lift(args, env).ended;
  }

  command(args: readonly string[], env: Record<string, string> = {}): Promise<Ending> {
    return begin(this.installation, args, { ...this.env, ...env }).ended;
  }

  /** A desk of so many tickets, in the place of what there is. */
  seed(tickets: number): void {
    this.installation.migrate().command('seed', '--tickets', String(tickets));
    this.installation.addUser('agent', ...AGENT);
  }

  /** Rows of files, and their bytes in the folder. */
  fill(...sizes: number[]): Kept[] {
    mkdirSync(this.path('uploads', 'attachments'), { recursive: true });
    writeFileSync(
      this.path('uploads', '.liftdesk-storage'),
      'Liftdesk keeps files here and looks for this one before it does.\n',
    );
    return this.inDatabase((database) => {
      const insert = database.prepare(`
        insert into attachment (id, uploaded_by_rid, filename, mime_type, size, sha256, storage_key, created_at)
        values (?, (select min(rid) from "user"), 'a private name.txt', 'text/plain', ?, ?, ?, 1764000000000)`);
      return sizes.map((size) => {
        const [bytes, key] = [randomBytes(size), `attachments/${randomBytes(16).toString('hex')}.txt`];
        insert.run(randomUUID(), size, sha256(bytes), key);
        writeFileSync(this.path('uploads', key), bytes);
        return { key, bytes };
      });
    });
  }

  inDatabase<T>(work: (database: Database.Database) => T, path = this.installation.databasePath): T {
    const database = new Database(path);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  /** Whether the source takes no writes. */
  isInMaintenance(): boolean {
    return this.inDatabase((database) => database.prepare('select * from maintenance').get() !== undefined);
  }

  /** The source is as it was and takes writes; nothing has come to the bucket. */
  expectUntouched(before: readonly string[]): void {
    expect(this.isInMaintenance()).toBe(false);
    expect(this.everything()).toEqual(before);
    expect(this.s3.objects.size).toBe(0);
    expect(this.s3.uploads).toEqual([]);
  }

  /** What the source held has come to the bucket. */
  expectFilesThere(files: readonly Kept[]): void {
    for (const { key, bytes } of files) expect(this.s3.objects.get(key)?.bytes.equals(bytes)).toBe(true);
  }

  there<T extends object>(sql: string): Promise<T[]> {
    return this.postgres.query<T>(sql, [], this.database);
  }

  /** Something of somebody else's. */
  async useThere(): Promise<void> {
    await this.there('create table bought (what text)');
    await this.there(`alter table bought owner to ${POSTGRES_GUEST.user}`);
  }

  /** Every table of the other place: none as long as nothing was written. */
  async tablesThere(): Promise<number> {
    const [found] = await this.there<{ n: number }>(
      `select count(*)::int as n from pg_tables where schemaname = 'public'`,
    );
    return found?.n ?? 0;
  }

  /** Every file below the folder: its name and what it is. */
  everything(folder = '.'): string[] {
    const root = this.path(folder);
    return (readdirSync(root, { recursive: true }) as string[])
      .filter((name) => statSync(join(root, name)).isFile())
      .map((name) => `${name} ${sha256(readFileSync(join(root, name)))}`)
      .sort();
  }

  /** Files of a folder and its own, with the rights that others have. */
  openToOthers(folder: string): string[] {
    const names = ['', ...(readdirSync(this.path(folder), { recursive: true }) as string[])];
    return names.filter(
      (name) => existsSync(this.path(folder, name)) && (statSync(this.path(folder, name)).mode & 0o077) !== 0,
    );
  }

  async end(): Promise<void> {
    await this.s3.close();
    this.installation.remove();
    await this.postgres.query(`drop database ${this.database} with (force)`);
  }
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
