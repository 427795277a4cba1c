import type { FileStorage } from '@liftdesk/storage';
import { storeArtefact } from './artefact';
import type { DeskSnapshot } from './desk-snapshot';
import { type ListedFile, attachmentsOf, fileLine } from './file-list';
import { inOrder } from './in-order';
import type { Manifest } from './manifest';
import type { Pool } from './pool';
import { Sample } from './sample';

/** So many attachments are fetched and hashed of each backup. */
const SAMPLE = 50;
const AT_ONCE = 4;

/** What is known of the attachments once all of them were looked at. */
export interface KeptFiles {
  files: Omit<Manifest['files'], 'sample'>;
  /** Copied by this backup; the others were in the pool already. */
  added: number;
  problems: ListedFile[];
  /** To be fetched from where they are kept. */
  sample: ListedFile[];
}

export interface KeepFilesOptions {
  snapshot: DeskSnapshot;
  place: FileStorage;
  /** Where attachments are. */
  open: () => Promise<FileStorage>;
  /** Undefined where the store keeps versions by itself. */
  pool: Pool | undefined;
  /** Of the backup. */
  name: string;
  signal: AbortSignal;
}

/** Lists every attachment of the snapshot, and copies those that the pool has not. @throws StorageUnavailableError */
export async function keepFiles(options: KeepFilesOptions): Promise<KeptFiles> {
  const { snapshot, place, open, pool, name, signal } = options;
  const sample = new Sample<ListedFile>(SAMPLE);
  const found = { count: 0, bytes: 0, added: 0, problems: [] as ListedFile[] };
  // Nobody asks for the store of a desk without attachments: its folder may not be there yet.
  let storage: Promise<FileStorage> | undefined;
  const keep = async (file: ListedFile): Promise<ListedFile> => {
    signal.throwIfAborted();
    const kept = (await pool?.keep(file, await (storage ??= open()))) ?? 'there';
    if (kept === 'added') found.added += 1;
    return kept === 'added' || kept === 'there' ? file : { ...file, problem: kept };
  };
  const lines = async function* (): AsyncGenerator<Buffer> {
    for await (const file of inOrder(attachmentsOf(snapshot.rows, snapshot.desk.tables), AT_ONCE, keep)) {
      found.count += 1;
      found.bytes += file.size;
      if (file.problem === undefined) sample.offer(file);
      else found.problems.push(file);
      yield fileLine(file);
    }
  };
  // What it tells, the names of the pool's files tell too; so what is outdated is found with whatever key.
  const wrapping = { compression: 'gzip', encryptionKey: undefined } as const;
  const list = await storeArtefact(place, `${name}.files.ndjson`, lines(), wrapping);
  const { count, bytes, added, problems } = found;
  const where = pool ? 'pool' : 'store';
  return {
    files: { where, suffix: pool?.suffix ?? '', count, bytes, missing: problems.length, list },
    added,
    problems,
    sample: sample.items(),
  };
}
