import type { Client } from 'pg';
import type { PostgresConfig } from '../config/database.schema';
import { numberPlaceholders } from '../database/placeholders';
import type { SqlSource } from '../search/search-document';
import { readDocuments } from '../search/search-maintenance';
import { tsvectorOf } from '../search/tsvector-document';
import { encodeRow } from '../transfer/canonical-row';
import { connectTo } from '../transfer/connect-postgres';
import type { Course } from './move-target';
import { joinBuilders } from './postgres.builders';
import { CopyIn } from './postgres.copy-in';

/** A connection as the search's own code takes it. */
export const pgSource = (client: Client): SqlSource & { options: { type: 'postgres' } } => ({
  options: { type: 'postgres' },
  query: async <T>(sql: string, values: unknown[] = []): Promise<T> =>
    (await client.query(numberPlaceholders(sql), values)).rows as T,
});

/** Characters that are sent in one piece, or a document that is longer. */
const AT_ONCE = 500_000;
/** Documents in one transaction. */
const TOGETHER = 2_000;

/** Writes the documents of all tickets that have none yet, out of the rows that arrived; their index is made behind them. */
export async function writeDocuments(config: PostgresConfig, { meter, goOn }: Course): Promise<void> {
  const [reader, writer] = [await connectTo(config), await connectTo(config)];
  try {
    await joinBuilders(writer);
    await writer.query('set synchronous_commit = off');
    const source = pgSource(reader);
    const { rows } = await reader.query<{ last: number; total: string }>(
      'select coalesce((select max(rid) from ticket_search), 0) as last, (select count(*) from ticket) as total',
    );
    const { last, total } = rows[0] as { last: number; total: string };
    meter.start('Writing the search index', Number(total));
    let copy: CopyIn | null = null;
    let written = 0;
    let documents = await readDocuments(source, last);
    while (documents.length > 0) {
      goOn();
      // The next are read while these are taken to pieces.
      const next = readDocuments(source, documents.at(-1)?.rid ?? 0);
      next.catch(() => undefined);
      copy ??= await CopyIn.begin(writer, 'ticket_search', ['rid', 'tsv']);
      let lines = '';
      for (const { rid, document } of documents) {
        lines += encodeRow([rid, tsvectorOf(document)]);
        if (lines.length < AT_ONCE) continue;
        await copy.write(Buffer.from(lines));
        lines = '';
      }
      if (lines !== '') await copy.write(Buffer.from(lines));
      meter.add(documents.length, false);
      written += documents.length;
      if (written >= TOGETHER) {
        await copy.end();
        [copy, written] = [null, 0];
      }
      documents = await next;
    }
    await copy?.end();
  } finally {
    await Promise.all([reader.end(), writer.end()]);
  }
}

/** Looked at of the oldest tickets, and of the newest. */
const SAMPLE = 200;

/** Tickets, of some of the oldest and the newest, whose document is not the one that their words make. */
export async function wrongDocuments(source: SqlSource): Promise<number[]> {
  const [row] = await source.query<{ last: number | null }[]>('select max(rid) as last from ticket');
  const wrong = new Set<number>();
  for (const after of new Set([0, Math.max((row?.last ?? 0) - SAMPLE, 0)]))
    for (const { rid, document } of await readDocuments(source, after)) {
      const same = await source.query<unknown[]>(
        'select 1 from ticket_search where rid = ? and tsv = cast(? as tsvector)',
        [rid, tsvectorOf(document)],
      );
      if (same.length === 0) wrong.add(rid);
    }
  return [...wrong];
}
