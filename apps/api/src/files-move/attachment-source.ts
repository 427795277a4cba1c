import type { DataSource } from 'typeorm';

/** A stored file as its row has it: the row decides what the object must be. */
export interface FileRow {
  rid: number;
  /** Public id of the attachment. */
  id: string;
  /** Number of its ticket; null while it waits for one. */
  ticket: number | null;
  /** Where it lies in the storage. */
  key: string;
  /** Bytes. */
  size: number;
  /** 64 hexadecimal digits in lower case. */
  sha256: string;
  mimeType: string;
  /** Public id of whoever sent it; null in a damaged database that has lost them. */
  uploadedBy: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/** So many files, and their bytes together. */
export interface FileTotals {
  files: number;
  bytes: number;
}

const BATCH = 500;
const TOTALS = 'select count(*) as files, coalesce(sum(size), 0) as bytes from attachment';
const AFTER = `
  select a.rid, a.id, a.ticket_rid as ticket, a.storage_key as "key", a.size, a.sha256, a.mime_type as "mimeType",
    u.id as "uploadedBy", a.created_at as "createdAt"
  from attachment a left join "user" u on u.rid = a.uploaded_by_rid
  where a.rid > ? order by a.rid limit ${BATCH}`;
const HAS = 'select 1 from attachment where rid = ? and storage_key = ?';

/** The files that a desk's database speaks of. A server may go on writing beside it. */
export class AttachmentSource {
  constructor(private readonly database: DataSource) {}

  async totals(): Promise<FileTotals> {
    const [totals]: FileTotals[] = await this.database.query(TOTALS);
    return { files: totals?.files ?? 0, bytes: totals?.bytes ?? 0 };
  }

  /**
   * In the order of their keys. PostgreSQL gives keys before rows can be seen: a slower transaction may end with a lower one
   * when that is long passed. So it looks again, until it finds none that is new: every row that was there when the last look
   * began has been given.
   */
  async *rows(): AsyncGenerator<FileRow> {
    let given: number[] = [];
    for (let isNew = true; isNew;) {
      const before = given;
      let at = 0;
      given = [];
      isNew = false;
      for await (const row of this.inOrder()) {
        while ((before[at] ?? row.rid) < row.rid) at += 1;
        given.push(row.rid);
        if (before[at] === row.rid) continue;
        isNew = true;
        yield row;
      }
    }
  }

  /** Whether it is still one of them: a file may be deleted while it is looked for. */
  async has({ rid, key }: FileRow): Promise<boolean> {
    const rows: unknown[] = await this.database.query(HAS, [rid, key]);
    return rows.length > 0;
  }

  /** Which of these keys are those of a file, and which are noted as not settled: see UnsettledObject. */
  async known(keys: readonly string[]): Promise<{ files: Set<string>; notes: Set<string> }> {
    const [files, notes] = [
      await this.keysIn('attachment', keys),
      await this.keysIn('unsettled_object', keys),
    ];
    return { files, notes };
  }

  private async *inOrder(): AsyncGenerator<FileRow> {
    for (let last = 0; ;) {
      const rows: FileRow[] = await this.database.query(AFTER, [last]);
      yield* rows;
      if (rows.length === 0) return;
      last = rows.at(-1)?.rid ?? last;
    }
  }

  private async keysIn(
    table: 'attachment' | 'unsettled_object',
    keys: readonly string[],
  ): Promise<Set<string>> {
    if (keys.length === 0) return new Set();
    const places = keys.map(() => '?').join(', ');
    const rows: { key: string }[] = await this.database.query(
      `select storage_key as "key" from ${table} where storage_key in (${places})`,
      [...keys],
    );
    return new Set(rows.map(({ key }) => key));
  }
}
