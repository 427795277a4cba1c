import type { StorageConfig } from '@liftdesk/storage';
import type { S3Server } from '@liftdesk/testing';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DataSource } from 'typeorm';
import { openTestDatabase } from '../../testing/test-database';
import { AttachmentSource } from '../attachment-source';

const TICKET = 4711;
const USER = `
  insert into "user" (rid, id, email, email_norm, name, role, created_at)
  values (1, ?, 'ana@people.example', 'ana@people.example', 'Ana', 'customer', 1)`;
const A_TICKET = `
  insert into ticket (rid, id, subject, status, priority, channel, requester_rid, created_at, updated_at,
    customer_updated_at, due_at, version, hidden_changes)
  values (${TICKET}, ?, 'Files', 'open', 1, 'web', 1, 1, 1, 1, 253402300799999, 1, 0)`;
const ATTACHMENT = `
  insert into attachment (id, ticket_rid, uploaded_by_rid, filename, mime_type, size, sha256, storage_key, created_at)
  values (?, ${TICKET}, 1, 'a private name.pdf', 'application/pdf', ?, ?, ?, 1764000000000)`;

export interface GivenFile {
  id: string;
  key: string;
  bytes: Buffer;
}

export const newKey = (): string => `attachments/${randomBytes(16).toString('hex')}.pdf`;

/** A database with rows of files, and a folder for storages, of which none is made yet. */
export class DeskOfFiles {
  readonly folder = mkdtempSync(join(tmpdir(), 'liftdesk-files-'));
  readonly attachments: AttachmentSource;
  readonly ticket = TICKET;

  private constructor(readonly database: DataSource) {
    this.attachments = new AttachmentSource(database);
  }

  static async create(): Promise<DeskOfFiles> {
    const desk = new DeskOfFiles(await openTestDatabase());
    await desk.database.query(USER, [randomUUID()]);
    await desk.database.query(A_TICKET, [randomUUID()]);
    return desk;
  }

  async close(): Promise<void> {
    await this.database.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name: string, ...below: string[]): string {
    return join(this.folder, name, ...below);
  }

  local(name: string): StorageConfig {
    return { type: 'local', uploadDir: this.path(name), signedUrlTtlSeconds: 3600 };
  }

  /** Rows of files, and their objects in a folder that is a storage then. */
  async add(name: string, ...contents: Buffer[]): Promise<GivenFile[]> {
    const files: GivenFile[] = [];
    mkdirSync(this.path(name), { recursive: true });
    writeFileSync(this.path(name, '.liftdesk-storage'), '');
    for (const bytes of contents) {
      const file = { id: randomUUID(), key: newKey(), bytes };
      await this.addRow(file);
      this.write(name, file.key, bytes);
      files.push(file);
    }
    return files;
  }

  async addRow({ id, key, bytes }: GivenFile): Promise<void> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.database.query(ATTACHMENT, [id, bytes.length, sha256, key]);
  }

  write(name: string, key: string, bytes: Buffer): void {
    mkdirSync(dirname(this.path(name, key)), { recursive: true });
    writeFileSync(this.path(name, key), bytes);
  }

  /** What lies in a folder, by key: bytes and when they were written. */
  objects(name: string): Map<string, string> {
    const names = readdirSync(this.path(name), { recursive: true }) as string[];
    const files = names.filter((key) => statSync(this.path(name, key)).isFile()).sort();
    return new Map(
      files.map((key) => [
        key,
        `${statSync(this.path(name, key)).mtimeMs} ${readFileSync(this.path(name, key)).toString('base64')}`,
      ]),
    );
  }

  bytesIn(name: string, key: string): Buffer {
    return readFileSync(this.path(name, key));
  }
}

/** A bucket as the environment would have it, with time-outs of a test. */
export const bucketOf = (s3: S3Server, keyPrefix = ''): StorageConfig => ({
  type: 's3',
  uploadDir: './uploads',
  signedUrlTtlSeconds: 3600,
  bucket: s3.bucket,
  keyPrefix,
  region: 'us-east-1',
  endpoint: s3.endpoint,
  forcePathStyle: true,
  checksums: 'default',
  sse: 'AES256',
  deadlineMs: 1_000,
});

type Environment = Record<string, string | undefined>;

/** The SDK finds them by its own chain, in the environment of the process. @returns how to take them away again */
export function useCredentials(env: Environment, given: Environment): () => void {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const before = names.map((name) => env[name]);
  for (const name of names) env[name] = given[name];
  return () =>
    names.forEach((name, n) => {
      if (before[n] === undefined) delete env[name];
      else env[name] = before[n];
    });
}
