import type { FileStorage } from '@liftdesk/storage';
import { setImmediate } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { InterruptedError } from '../common/operator-errors';
import type { Progress } from '../cli/progress-line';
import type { DatabaseConfig } from '../config/database.schema';
import { claimDatabase } from '../database/instance-lock';
import { assertExactSchema } from '../database/migration-state';
import { openDatabase } from '../database/open-database';
import { searchEngineOf } from '../search/search-engine';
import { assertNotHalfMoved } from '../move/half-moved';
import { readDocuments } from '../search/search-maintenance';
import { type TableShape, tablesOf } from '../transfer/tables';
import { ArchiveError } from './archive-error';
import { ArchiveReader } from './archive-reader';
import { assertEmpty, assertNoServer } from './empty-desk';
import { inLine } from './failures';
import { ImportedFiles } from './import-files';
import { insertRows, proveRows } from './import-rows';
import type { Manifest } from './manifest';
import { assertFits } from './match-tables';
import { type DeskTransaction, inOneTransaction } from './one-transaction';
import type { Watch } from './survey';
import { type VerifiedArchive, verifyArchive } from './verify-archive';

export interface ImportOptions {
  from: string;
  /** Migrated and empty. */
  database: DatabaseConfig;
  storage: FileStorage;
  /** Looks at everything and writes nothing. */
  dryRun: boolean;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/**
 * Brings a desk out of an archive into an empty one. The archive is proven as a whole first; then come the files, each noted
 * as unsettled; then all rows, the search index and the proof of them in one transaction. Until that ends the desk is empty,
 * and the same import can be run again.
 * @throws ArchiveError, RefusedError, DifferenceError, InterruptedError
 */
export async function importDesk(options: ImportOptions): Promise<Manifest> {
  const claim = claimDatabase(options.database);
  try {
    await assertNoServer(options.database);
    const dataSource = await openDatabase(options.database);
    try {
      await assertNotHalfMoved(dataSource);
      await assertExactSchema(dataSource);
      return await new Import(options, dataSource).run();
    } finally {
      await dataSource.destroy();
    }
  } catch (error) {
    throw inLine(error, 'import', EMPTY);
  } finally {
    claim.release();
  }
}

/** A connection may be lost between COMMIT and the answer to it. */
const EMPTY = 'The desk is as empty as before (or, where the next run says that it is not, whole)';

/** Objects of which no row knows yet. */
const NOTES = 'unsettled_object';

class Import {
  private readonly shapes: readonly TableShape[];

  constructor(
    private readonly options: ImportOptions,
    private readonly dataSource: DataSource,
  ) {
    this.shapes = tablesOf(dataSource);
  }

  async run(): Promise<Manifest> {
    const reader = await ArchiveReader.open(this.options.from);
    try {
      await assertEmpty(this.dataSource, this.shapes);
      const archive = await verifyArchive(reader, this.shapes, this.watch);
      assertFits(archive.manifest, this.dataSource);
      if (!this.options.dryRun) await this.bring(reader, archive);
      return archive.manifest;
    } finally {
      await reader.close();
    }
  }

  private async bring(reader: ArchiveReader, archive: VerifiedArchive): Promise<void> {
    const { database, storage } = this.options;
    const files = new ImportedFiles(this.dataSource, storage);
    await files.removeNoted();
    try {
      await files.put(reader, archive, this.watch);
      await inOneTransaction(database, (transaction) => this.fill(transaction, reader, archive, files));
    } catch (error) {
      // What cannot be removed now stays noted, for the next import or the sweeper.
      await this.removeLeft(files).catch(() => undefined);
      throw error;
    }
    await searchEngineOf(this.dataSource).optimize(this.dataSource);
    await this.dataSource.query('analyze');
  }

  /** A COMMIT whose answer was lost may be under way still: with the locks comes what it was, files without rows or a desk. */
  private async removeLeft(files: ImportedFiles): Promise<void> {
    await inOneTransaction(this.options.database, (transaction) => transaction.lockTables([NOTES]));
    await files.removeNoted();
  }

  private async fill(
    transaction: DeskTransaction,
    reader: ArchiveReader,
    archive: VerifiedArchive,
    files: ImportedFiles,
  ): Promise<void> {
    await transaction.lockTables(this.shapes.map(({ name }) => name));
    await assertEmpty(transaction, this.shapes);
    await insertRows(transaction, reader, archive, files, this.watch).catch((error: unknown) => {
      throw inOurWords(error);
    });
    await proveRows(transaction, archive, this.watch);
    for (const { name, lastKey } of archive.manifest.tables)
      if (lastKey !== null && lastKey > 0) await transaction.continueKeysAfter(name, lastKey);
    await this.writeSearch(transaction, archive.manifest);
    await transaction.query(`delete from ${NOTES}`);
  }

  private async writeSearch(transaction: DeskTransaction, { tables }: Manifest): Promise<void> {
    const engine = searchEngineOf(transaction);
    for (const statement of engine.clear) await transaction.query(statement);
    const total = tables.find(({ name }) => name === 'ticket')?.rows ?? 0;
    let done = 0;
    for (let after = 0; ;) {
      this.watch({ phase: 'Writing the search index', done, total, rows: done });
      const documents = await readDocuments(transaction, after);
      if (documents.length === 0) return;
      for (const { rid, document } of documents) await engine.write(transaction, (after = rid), document);
      done += documents.length;
      await setImmediate();
    }
  }

  private readonly watch: Watch = (progress) => {
    if (this.options.signal.aborted)
      throw new InterruptedError('The import was interrupted: the desk is as empty as before');
    this.options.onProgress(progress);
  };
}

/** What the database itself does not take: a row that refers to nobody, a value that no rule allows. */
function inOurWords(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  return /^(23...|SQLITE_CONSTRAINT.*)$/.test(code ?? '')
    ? new ArchiveError(`its rows do not go together (${message})`, { cause: error })
    : error;
}
