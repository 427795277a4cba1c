import type Database from 'better-sqlite3';
import { setImmediate } from 'node:timers/promises';
import { readDocuments } from '../search/search-maintenance';
import { indexTicket } from '../search/ticket-search-index';
import type { Course } from './move-target';
import { sqliteSource } from './sqlite.connection';

/** Words that wait to be written: larger pieces need less merging. Its own default comes back at the end. */
const MEMORY = 32 << 20;
const MEMORY_DEFAULT = 1 << 20;
/** Documents in one transaction. */
const TOGETHER = 10_000;
const LAST = 'select coalesce(max(id), 0) from ticket_fts_docsize';

/** Writes the documents of all tickets that have none yet, out of the rows that arrived, and merges the index into one. */
export async function writeDocuments(connection: Database.Database, { meter, goOn }: Course): Promise<void> {
  const source = sqliteSource(connection);
  const total = connection.prepare('select count(*) from ticket').pluck().get() as number;
  meter.start('Writing the search index', total);
  setMemory(connection, MEMORY);
  connection.exec('begin');
  let last = connection.prepare(LAST).pluck().get() as number;
  let written = 0;
  for (;;) {
    const documents = await readDocuments(source, last);
    if (documents.length === 0) break;
    goOn();
    for (const { rid, document } of documents) await indexTicket(source, rid, document);
    last = documents.at(-1)?.rid ?? last;
    meter.add(documents.length, false);
    written += documents.length;
    if (written >= TOGETHER) {
      connection.exec('commit; begin');
      written = 0;
    }
    await setImmediate();
  }
  connection.exec(`insert into ticket_fts(ticket_fts) values('optimize')`);
  setMemory(connection, MEMORY_DEFAULT);
  connection.exec('commit');
}

function setMemory(connection: Database.Database, bytes: number): void {
  connection.exec(`insert into ticket_fts(ticket_fts, rank) values('hashsize', ${bytes})`);
}
