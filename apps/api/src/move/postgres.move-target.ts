import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { StartupError } from '../common/startup-error';
import type { PostgresConfig } from '../config/database.schema';
import { isUnavailable } from '../database/database-errors';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { checkConsistency } from '../search/search-maintenance';
import { connectTo } from '../transfer/connect-postgres';
import { describeDatabase } from '../transfer/places';
import { PostgresRowSource } from '../transfer/postgres.row-source';
import type { Lines, RowSource } from '../transfer/row-source';
import { type TableShape, quoted } from '../transfer/tables';
import { MARKER } from './half-moved';
import { type Begun, type Chunk, type Copied, type Course, MoveTarget } from './move-target';
import { buildAll } from './postgres.build';
import { awaitBuilders } from './postgres.builders';
import { CopyIn } from './postgres.copy-in';
import { pgSource, writeDocuments, wrongDocuments } from './postgres.documents';
import { type Definition, definitionsOf, dropping, missing, without } from './set-aside';

const SEARCH_TABLE = 'ticket_search';
/** "Lift" in ASCII, as in the dialect, and a name nobody else has. */
const LOCK = `select pg_try_advisory_lock(${0x4c696674}, hashtext('move')) as got`;
const FIND_MARKER = `select to_regclass('${MARKER}') as found`;
const NOTE = `insert into ${MARKER} (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`;

/** For a server that restarts just as the move ends. */
const TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * A database of PostgreSQL where a desk arrives. Until the end commits need not reach the disk: should the machine fail,
 * PostgreSQL comes back to an earlier one of them, rows and notes alike. The last one is durable, and so is all before it.
 */
export class PostgresMoveTarget extends MoveTarget {
  private constructor(
    private readonly config: PostgresConfig,
    private readonly client: Client,
  ) {
    super();
  }

  /** @throws StartupError where it cannot be reached, or another move is at it */
  static async open(config: PostgresConfig): Promise<PostgresMoveTarget> {
    const client = await connectTo(config);
    try {
      const { rows } = await client.query<{ got: boolean }>(LOCK);
      if (rows[0]?.got !== true)
        throw new StartupError(
          `Another move into ${describeDatabase(config)} is under way: wait for its end`,
        );
      await client.query('set synchronous_commit = off');
      return new PostgresMoveTarget(config, client);
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  async begun(): Promise<Begun | null> {
    const { rows } = await this.client.query<{ found: string | null }>(FIND_MARKER);
    return rows[0]?.found == null ? null : this.note<Begun>('begun');
  }

  async begin(begun: Begun): Promise<void> {
    await this.together(async () => {
      await this.client.query(`create table ${MARKER} (name varchar(100) primary key, value text not null)`);
      await this.write('begun', begun);
    });
  }

  async beginAnew(begun: Begun, tables: readonly TableShape[]): Promise<void> {
    await this.together(async () => {
      const names = [...tables.map(({ name }) => name), SEARCH_TABLE];
      const { rows } = await this.client.query<{ name: string }>(
        `select relname as name from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
         and relname = any($1)`,
        [names],
      );
      if (rows.length > 0)
        await this.client.query(
          `truncate ${rows.map(({ name }) => quoted(name)).join(', ')} restart identity`,
        );
      await this.client.query(`delete from ${MARKER} where name <> 'aside'`);
      await this.write('begun', begun);
    });
  }

  async makeSchema(): Promise<void> {
    const dataSource = await openDatabase({ ...this.config, statementTimeoutMs: 0 });
    try {
      await migrate(dataSource);
    } finally {
      await dataSource.destroy();
    }
  }

  async setAside(tables: readonly TableShape[]): Promise<void> {
    await this.together(async () => {
      // An earlier run that had come to its indexes is not undone: all rows are there.
      if (await this.note('built')) return;
      const known = await this.aside();
      const there = await definitionsOf(this.client, [...tables.map(({ name }) => name), SEARCH_TABLE]);
      // One that begins anew may find what migrations of a newer build have made meanwhile.
      await this.write('aside', [...known, ...without(there, known)]);
      for (const statement of dropping(there)) await this.client.query(statement);
    });
  }

  copied({ name }: TableShape): Promise<Copied | null> {
    return this.note<Copied>(`copied ${name}`);
  }

  async openChunk(table: TableShape): Promise<Chunk> {
    await this.client.query('begin');
    const columns = table.columns.map(({ name }) => name);
    const copy = await CopyIn.begin(this.client, table.name, columns);
    return {
      write: ({ bytes }: Lines) => copy.write(bytes),
      commit: async (copied) => {
        await copy.end();
        await this.write(`copied ${table.name}`, copied);
        await this.client.query('commit');
      },
    };
  }

  async complete(tables: readonly TableShape[], course: Course): Promise<void> {
    // From here on what is made stays made.
    await this.write('built', true);
    await awaitBuilders(this.client);
    const waiting = await missing(this.client, await this.aside());
    const some = (isOfSearch: boolean, kind: Definition['kind']): Definition[] =>
      waiting.filter((one) => (one.table === SEARCH_TABLE) === isOfSearch && one.kind === kind);
    const analysed = tables.map(({ name }) => ({ sql: `analyze ${quoted(name)}` }));
    await course.meter.time('indexes', () =>
      buildAll(this.config, [[...some(false, 'index'), ...analysed], some(false, 'key')], '128MB', course),
    );
    await course.meter.time('search', async () => {
      await writeDocuments(this.config, course);
      const keys = [...some(true, 'key'), { sql: `analyze ${SEARCH_TABLE}` }];
      await buildAll(this.config, [[...some(true, 'index'), ...keys]], '256MB', course);
    });
  }

  async continueNumbering({ name, key }: TableShape, last: number): Promise<void> {
    const [column] = key as [string];
    await this.client.query(
      `select setval(pg_get_serial_sequence($1, $2), greatest(last, 1), last > 0)
       from (select greatest(max(${quoted(column)}), cast($3 as bigint)) as last from ${quoted(name)}) as given`,
      [quoted(name), column, last],
    );
  }

  readBack(): Promise<RowSource> {
    return PostgresRowSource.open(this.config);
  }

  async flaws(): Promise<string[]> {
    const lacking = await missing(this.client, await this.aside());
    const source = pgSource(this.client);
    const { missing: lacked, orphaned } = await checkConsistency(source);
    const wrong = await wrongDocuments(source);
    return [
      ...lacking.map(
        ({ kind, name }) => `The target lacks the ${kind === 'key' ? 'foreign key' : kind} ${name}`,
      ),
      ...(lacked.length > 0 ? [`The search index lacks tickets ${lacked.join(', ')}`] : []),
      ...(wrong.length > 0 ? [`The search index has other words than tickets ${wrong.join(', ')}`] : []),
      ...(orphaned.length > 0
        ? [`The search index knows tickets that are not there: ${orphaned.join(', ')}`]
        : []),
    ];
  }

  async end(): Promise<void> {
    await this.client.query('set synchronous_commit = on');
    try {
      await this.client.query(`drop table ${MARKER}`);
    } catch (error) {
      // The answer may be lost of what was done.
      if (!isUnavailable(error) || (await this.isMarked())) throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** By a connection of its own, as soon as one can be had. */
  private async isMarked(): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        const client = await connectTo(this.config);
        try {
          const { rows } = await client.query<{ found: string | null }>(FIND_MARKER);
          return rows[0]?.found != null;
        } finally {
          await client.end();
        }
      } catch (error) {
        if (tries === TRIES) throw error;
        await pause(PAUSE_MS);
      }
    }
  }

  private async aside(): Promise<Definition[]> {
    return (await this.note<Definition[]>('aside')) ?? [];
  }

  private async note<T>(name: string): Promise<T | null> {
    const { rows } = await this.client.query<{ value: string }>(
      `select value from ${MARKER} where name = $1`,
      [name],
    );
    return rows[0] === undefined ? null : (JSON.parse(rows[0].value) as T);
  }

  private async write(name: string, value: unknown): Promise<void> {
    await this.client.query(NOTE, [name, JSON.stringify(value)]);
  }

  /** In one transaction. Where it fails the connection is given up by whoever moves, and nothing of it stays. */
  private async together(work: () => Promise<void>): Promise<void> {
    await this.client.query('begin');
    await work();
    await this.client.query('commit');
  }
}
