import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseSchema } from '../config/database.schema';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { openSqlite } from '../database/sqlite';
import { indexText } from '../search/tokenise';
import { rebuild } from '../search/search-maintenance';
import { HARD_TEXTS, fillDesk } from '../testing/filled-desk';
import { TestDesk } from '../testing/test-desk';
import { describeOnPostgres, describeOnSqlite, testDatabase } from '../testing/test-database';
import { digestDesk } from '../transfer/digest';
import { openRowSource } from '../transfer/open-row-source';
import { SqliteRowSource } from '../transfer/sqlite.row-source';
import { type TableShape, quoted, tablesOf } from '../transfer/tables';
import { MASKS } from './mask-rules';
import { MaskedRowSource } from './masked.row-source';

const SECRET = Buffer.from('a secret of one run');

/** Nobody's words but ours, of letters that no phrase has in this order; the third in another script. */
const FORMS = [(n: number) => `zqxorvan${n}wuk`, (n: number) => `Żarłqż${n}Ük`, (n: number) => `Щюъыж${n}Ё`];

describeOnSqlite('a desk that is masked on its way', () => {
  let folder: string;
  let source: string;
  let target: string;
  let tables: TableShape[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-masking-'));
    [source, target] = [join(folder, 'source.sqlite'), join(folder, 'target', 'desk.sqlite')];
    const desk = await openSqlite(source);
    await migrate(desk);
    await fillDesk(desk);
    tables = tablesOf(desk);
    await desk.destroy();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Puts a word of its own into every text that no CHECK holds to a choice, of whatever table. */
  function fillWithWords(): string[] {
    const connection = new Database(source);
    connection.pragma('foreign_keys = off');
    const words: string[] = [];
    const word = (length?: number | null): string => {
      const form = FORMS[words.length % FORMS.length] as (n: number) => string;
      words.push(form(1_000 + words.length).slice(0, length ?? undefined));
      return words.at(-1) as string;
    };
    for (const { name, columns, checks, key } of tables) {
      const rows = connection.prepare(`select * from ${quoted(name)}`).all() as Record<string, unknown>[];
      const texts = columns.filter(
        (column) =>
          column.kind === 'text' && !checks.some(({ condition }) => condition.includes(`"${column.name}"`)),
      );
      for (const row of rows)
        for (const column of texts) {
          const value = column.name.endsWith('_value')
            ? logValue(String(row['type']), word)
            : word(column.maxLength);
          const where = key.map((one) => `${quoted(one)} = ?`).join(' and ');
          connection
            .prepare(`update ${quoted(name)} set ${quoted(column.name)} = ? where ${where}`)
            .run(value, ...key.map((one) => row[one]));
          if (key.includes(column.name)) row[column.name] = value;
        }
    }
    connection.close();
    return words;
  }

  /** As the log keeps it, and with more than that. */
  function logValue(type: string, word: () => string): string {
    const known: Record<string, () => unknown> = {
      created: () => ({ subject: word(), more: word() }),
      tags: () => [word(), word()],
      assignee: () => ({ id: word(), name: word() }),
      'attachment.added': () => ({ filename: `${word()}.pdf` }),
      reply: () => null,
    };
    return JSON.stringify(known[type]?.() ?? word());
  }

  async function moveMasked(): Promise<void> {
    const desk = await openSqlite(target);
    await migrate(desk);
    const masked = await MaskedRowSource.over(SqliteRowSource.open(source), tables, SECRET);
    await desk.transaction(async (manager) => {
      for (const table of tables) {
        const places = table.columns.map(() => '?').join(', ');
        const names = table.columns.map(({ name }) => quoted(name)).join(', ');
        for await (const rows of masked.rows(table))
          for (const row of rows)
            await manager.query(`insert into ${quoted(table.name)} (${names}) values (${places})`, [...row]);
      }
    });
    await rebuild(desk);
    // Both ways of reading it agree with what has arrived.
    const arrived = await openRowSource({ type: 'sqlite', path: target });
    expect(await digestDesk(arrived, tables)).toEqual(await digestDesk(masked, tables));
    for (const table of tables) expect(await masked.count(table)).toBe(await arrived.count(table));
    await Promise.all([masked.close(), arrived.close(), desk.destroy()]);
  }

  /** Files of the target that hold one of the words, in any case of its letters. */
  function leaks(words: readonly string[]): string[] {
    const files = readdirSync(join(folder, 'target')).map((file) =>
      readFileSync(join(folder, 'target', file)),
    );
    const forms = (word: string) =>
      [word, word.toLowerCase(), word.toUpperCase(), indexText(word)].filter(Boolean);
    return words.filter((word) =>
      forms(word).some((form) =>
        files.some((bytes) => bytes.includes(form) || bytes.includes(Buffer.from(form, 'utf16le'))),
      ),
    );
  }

  it('has nothing left of any word that stood in any text', async () => {
    const connection = new Database(source);
    connection.exec(`
      insert into outbox_mail (id, kind, status, user_rid, recipient, ticket_rid, message_rid, actor_rid, secret, reason, lease,
        provider_id, due_at, created_at, updated_at) values ('o', 'assigned', 'failed', 2, 'r', 1, 1, 1, 's', 'w', 'l', 'p', 1, 1, 1);
      insert into password_reset (hash, user_rid, expires_at) values ('h', 1, 1);
      insert into unsettled_object (storage_key, created_at) values ('k', 1);
      insert into mail_block (email_norm, kind, reason, created_at) values ('b', 'complaint', 'r', 1), ('c', 'bounce', 'r', 1);
      update ticket_event set type = case rid % 7 when 0 then 'created' when 1 then 'tags' when 2 then 'assignee'
        when 3 then 'attachment.added' when 4 then 'reply' when 5 then 'status' else 'subject' end`);
    connection.close();
    const words = fillWithWords();
    expect(words.length).toBeGreaterThan(500);
    await moveMasked();
    expect(leaks(words)).toEqual([]);
    // The search for them finds what there is to find.
    expect(leaks(['CREATE TABLE', 'suppressed'])).toHaveLength(2);
  });

  it('has nothing left of real texts either', async () => {
    await moveMasked();
    const texts = HARD_TEXTS.filter((text) => text.length > 3);
    expect(leaks([...texts, 'müde', 'Person 1', 'Person.1', 'gone@example', 'argon2id', 'hash 1'])).toEqual(
      [],
    );
  });

  it('knows no address that is anybody’s, and has no mail to send', async () => {
    const connection = new Database(source);
    connection.exec(`
      insert into outbox_mail (id, kind, status, user_rid, recipient, ticket_rid, message_rid, actor_rid, due_at, created_at, updated_at)
      values ('o', 'assigned', 'queued', 2, 'Somebody@Real.Company', 1, 1, 1, 1, 1, 1)`);
    connection.close();
    await moveMasked();
    const masked = new Database(target, { readonly: true });
    const addresses = masked
      .prepare(
        `select email from user union all select email_norm from user union all select recipient from outbox_mail
         union all select email_norm from mail_block`,
      )
      .pluck()
      .all();
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of addresses) expect(address).toMatch(/^[a-z.-]+\.[0-9a-z]{10}@[a-z-]+\.example$/);
    expect(masked.prepare('select status from outbox_mail').pluck().all()).toEqual(['suppressed']);
    masked.close();
  });

  it('fills every table whose rows stay', async () => {
    await moveMasked();
    const connection = new Database(target, { readonly: true });
    for (const { name } of tables) {
      const rows = connection
        .prepare(`select count(*) from ${quoted(name)}`)
        .pluck()
        .get() as number;
      if (MASKS[name] === 'left out') expect([name, rows]).toEqual([name, 0]);
      else if (name !== 'outbox_mail') expect([name, rows > 0]).toEqual([name, true]);
    }
    expect(connection.pragma('foreign_key_check')).toEqual([]);
    connection.close();
  });

  it('opens: lists, conversations and search work, and a file that was not carried is missed in words', async () => {
    await moveMasked();
    const desk = await TestDesk.start({ env: { DATABASE_PATH: target } });
    try {
      const agent = desk.as(await desk.signIn('agent'));
      const list = await agent.get('/tickets?limit=50').expect(200);
      const { items } = list.body as {
        items: { number: number; subject: string; requester: { name: string } }[];
      };
      expect(items).toHaveLength(30);
      const [ticket] = items as [(typeof items)[number]];
      const word = ticket.subject.split(' ').find((one) => /^\p{L}{4,}$/u.test(one)) as string;
      const hits = await agent.get(`/tickets?q=${encodeURIComponent(word)}`).expect(200);
      expect((hits.body as typeof list.body).items.map(({ number }: { number: number }) => number)).toContain(
        ticket.number,
      );
      const none = await agent.get('/tickets?q=Subject').expect(200);
      expect((none.body as { items: unknown[] }).items).toEqual([]);
      const said = await agent.get(`/tickets/${ticket.number}/messages`).expect(200);
      expect((said.body as { items: unknown[] }).items).toHaveLength(2);
      await agent.get(`/tickets/${ticket.number}/events`).expect(200);
      const files = await agent.get(`/tickets/${ticket.number}/attachments`).expect(200);
      const [file] = (files.body as { items: { id: string }[] }).items;
      await agent.get(`/attachments/${file?.id}/link`).expect(404, /There is no such file/);
    } finally {
      await desk.close();
    }
  });
});

describeOnPostgres('a desk that is masked', () => {
  it('is the same from either engine', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-masking-'));
    const path = join(folder, 'desk.sqlite');
    const { env, drop } = await testDatabase();
    const desks = [await openSqlite(path), await openDatabase(databaseSchema.parse(env))] as const;
    await migrate(desks[0]);
    for (const desk of desks) await fillDesk(desk);
    const tables = tablesOf(desks[0]);
    const [one, other] = [
      await MaskedRowSource.over(SqliteRowSource.open(path), tables, SECRET),
      await MaskedRowSource.over(await openRowSource(databaseSchema.parse(env)), tables, SECRET),
    ];
    expect(await digestDesk(other, tables)).toEqual(await digestDesk(one, tables));
    await Promise.all([one.close(), other.close(), ...desks.map((desk) => desk.destroy())]);
    await drop();
    rmSync(folder, { recursive: true });
  });
});
