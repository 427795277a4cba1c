import { z } from 'zod';
import { ArchiveError } from './archive-error';

export const FORMAT = 'liftdesk-desk-export';
/** Of the layout; what tables hold is told by `schema` and the columns of each. */
export const FORMAT_VERSION = 1;
/** With every file that is missing in it, it stays below. */
export const MANIFEST_LIMIT = 64 << 20;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);
const names = z.array(z.string().regex(/^[a-z][a-z0-9_]*$/)).min(1);

const table = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  columns: names,
  rows: count,
  bytes: count,
  sha256,
  /** The greatest key that was ever given out, though its row may be gone; null where keys are not numbers of the table's own. */
  lastKey: count.nullable(),
});

const manifest = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  createdAt: z.iso.datetime({ precision: 3 }),
  appVersion: z.string(),
  engine: z.enum(['sqlite', 'postgres']),
  /** Names of the migrations that the desk has had. */
  schema: z.array(z.string().regex(/^\w+$/)),
  /** Whether hashes of passwords are in it. */
  withPasswords: z.boolean(),
  tables: z.array(table),
  files: z.strictObject({
    count,
    bytes: count,
    /** Attachments whose file is not in the archive: it was gone, or not what its row says. */
    missing: z.array(z.strictObject({ id: z.string().regex(/^[\w-]{1,36}$/), problem: z.string() })),
  }),
});

export type Manifest = z.output<typeof manifest>;
export type TableEntry = Manifest['tables'][number];

/** @throws ArchiveError */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ArchiveError('its manifest is no JSON', { cause: error });
  }
  const { format, formatVersion } = (value ?? {}) as { format?: unknown; formatVersion?: unknown };
  if (format === FORMAT && Number(formatVersion) > FORMAT_VERSION)
    throw new ArchiveError(
      `it is of a newer layout (${String(formatVersion)}): import it by a newer Liftdesk`,
    );
  const result = manifest.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ArchiveError(
    `its manifest is not one of an export (${issue?.path.join('.') ?? ''}: ${issue?.message})`,
  );
}

export const writeManifest = (value: Manifest): Buffer => Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
