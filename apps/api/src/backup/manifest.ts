import type { FileStorage } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { z } from 'zod';
import { artefactSchema, sha256Schema } from './artefact';
import { DamagedBackupError } from './backup.errors';
import { StartupError } from '../common/startup-error';

const FORMAT = 1;
const NAME = /^database_backup_\d{8}_\d{6}$/;
const SUFFIX = '.manifest.json';
/** Of a manifest; the longest that there could be is a hundredth of it. */
const MAX_BYTES = 4 * 1024 * 1024;

const sampleSchema = z.strictObject({ storageKey: z.string(), sha256: sha256Schema, size: z.int().min(0) });

/** What a backup is, and what was proven of it. Nothing of anybody stands in it. */
export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  name: z.string().regex(NAME),
  /** The instant whose state it holds, and the one when it had been restored and compared; ISO 8601 in UTC. */
  createdAt: z.iso.datetime(),
  provenAt: z.iso.datetime(),
  appVersion: z.string(),
  engine: z.enum(['sqlite', 'postgres']),
  engineVersion: z.string(),
  /** Names of the migrations that the desk had had, oldest first. */
  migrations: z.array(z.string()),
  /** By table: rows, and the hash of them all over these columns, as transfer/ has it. */
  tables: z.record(
    z.string(),
    z.strictObject({ rows: z.int().min(0), sha256: sha256Schema, columns: z.array(z.string()).min(1) }),
  ),
  /** A file of SQLite, or a dump of pg_dump's custom format. */
  database: artefactSchema,
  files: z.strictObject({
    /** `pool`: their bytes are in this place, see pool.ts. `store`: in a bucket that keeps versions by itself. */
    where: z.enum(['pool', 'store']),
    /** What stands behind the name of each of them in the pool. */
    suffix: z.string(),
    count: z.int().min(0),
    bytes: z.int().min(0),
    /** Rows whose object was not there, or not what the row says, when the backup was made. */
    missing: z.int().min(0),
    /** A line of JSON for each row of an attachment, see file-list.ts. */
    list: artefactSchema,
    /** Those that were fetched and hashed. */
    sample: z.array(sampleSchema),
  }),
});

export type Manifest = z.output<typeof manifestSchema>;

export const manifestKey = (name: string): string => name + SUFFIX;

/** The name of the backup whose manifest has this key; undefined for any other object. */
export function nameOfManifest(key: string): string | undefined {
  const name = key.slice(0, -SUFFIX.length);
  return key.endsWith(SUFFIX) && NAME.test(name) ? name : undefined;
}

/** From now on the backup counts. */
export async function writeManifest(place: FileStorage, manifest: Manifest): Promise<void> {
  const bytes = Buffer.from(serialise(manifestSchema.parse(manifest)));
  await place.put(manifestKey(manifest.name), Readable.from([bytes]), { contentType: 'application/json' });
}

/**
 * @throws DamagedBackupError where anything in it was changed
 * @throws StartupError where it is of a newer version of Liftdesk
 * @throws StorageNotFoundError, StorageUnavailableError
 */
export async function readManifest(place: FileStorage, name: string): Promise<Manifest> {
  const { stream, size } = await place.get(manifestKey(name));
  if (size > MAX_BYTES) {
    stream.destroy();
    throw new DamagedBackupError(`The manifest of ${name} is too large`);
  }
  return parse(await textOf(stream), name);
}

function parse(text: string, name: string): Manifest {
  const content = contentOf(text, name);
  const { format } = content as { format?: unknown };
  if (typeof format === 'number' && format > FORMAT)
    throw new StartupError(`The backup ${name} is of a newer version of Liftdesk: restore it with that one`);
  const result = manifestSchema.safeParse(content);
  if (!result.success || result.data.name !== name)
    throw new DamagedBackupError(`The manifest of ${name} is not right`);
  return result.data;
}

/** Written again it must be the same text, checksum and all: so there is no byte that could change unseen. */
function contentOf(text: string, name: string): object {
  try {
    const { checksum: _, ...content } = JSON.parse(text) as Record<string, unknown>;
    if (serialise(content) === text) return content;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new DamagedBackupError(`The manifest of ${name} was changed`);
}

/** As it is stored, with its checksum. */
export function serialise(content: object): string {
  const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return `${JSON.stringify({ ...content, checksum }, null, 2)}\n`;
}
