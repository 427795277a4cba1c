import { S3Server } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuiltApi, Installation } from './harness/built-api';
import { Client, Message, Page, Ticket } from './harness/client';
import { expectAllKnown } from './harness/known-objects';

const WRITERS = 8;
const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

/** What the API has said is done: it may never be gone. */
interface Acknowledged {
  ticketId: string;
  /** Stands in the ticket's subject and nowhere else. */
  word: string;
  /** Message ids and their texts. */
  messages: Map<string, string>;
  /** Attachment ids and the SHA-256 of what was sent. */
  files: Map<string, string>;
}

/**
 * 8 writers open tickets with files, reply and note; the process is killed with SIGKILL at a random moment, started
 * again, and everything that it had acknowledged must be there, whole.
 */
export function describeKills(rounds: number, keptIn: 'a folder' | 'S3' = 'a folder'): void {
  describe(`what was acknowledged survives kill -9, files in ${keptIn}, in ${rounds} rounds`, () => {
    const installation = new Installation();
    let words = 0;
    let s3: S3Server | undefined;

    beforeAll(async () => {
      installation.migrate().addUser('agent', AGENT.email, AGENT.password);
      if (keptIn === 'S3') s3 = await S3Server.start();
    });
    afterAll(async () => {
      installation.remove();
      await s3?.close();
    });

    const isKept = (key: string): boolean =>
      s3 ? s3.objects.has(key) : existsSync(join(installation.folder, 'uploads', key));

    it.each(Array.from({ length: rounds }, (_, n) => n + 1))('round %i', async () => {
      const acknowledged: Acknowledged[] = [];
      const api = await installation.start(s3?.env);
      const agent = await new Client(api.origin).signIn(AGENT.email, AGENT.password);
      let killed = false;
      const writers = Array.from({ length: WRITERS }, () =>
        writeUntil(
          () => killed,
          agent,
          () => `w${(words += 1)}x${process.pid}`,
          acknowledged,
        ),
      );
      // At least one ticket first: a round that kills nothing proves nothing.
      while (acknowledged.length === 0) await sleep(5);
      await sleep(Math.random() * 800);
      killed = true;
      await api.signal('SIGKILL');
      await Promise.all(writers);

      const again = await installation.start(s3?.env);
      try {
        await expectAll(acknowledged, agent, again);
      } finally {
        await again.stop();
      }
      expectConsistent(installation, isKept);
      if (s3) expectAllKnown(installation, s3);
    });
  });
}

/** Writes one ticket after another; an error is the kill, or a mistake. */
async function writeUntil(
  killed: () => boolean,
  agent: Client,
  nextWord: () => string,
  acknowledged: Acknowledged[],
): Promise<void> {
  try {
    while (!killed()) await writeTicket(agent, nextWord(), acknowledged);
  } catch (error) {
    if (!killed()) throw error;
  }
}

async function writeTicket(agent: Client, word: string, acknowledged: Acknowledged[]): Promise<void> {
  const text = (what: string): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(`${what} of ${word}\n`.repeat(2_000));
  const bytes = text('file');
  const [file] = await agent.stage({ name: `${word}.txt`, bytes });
  const opened = await agent.post<Ticket>('/tickets', {
    subject: `Ticket ${word}`,
    body: `Opening of ${word}`,
    tags: ['kill', word],
    attachmentIds: [file?.id],
  });
  const known: Acknowledged = { ticketId: opened.id, word, messages: new Map(), files: new Map() };
  if (file) known.files.set(file.id, createHash('sha256').update(bytes).digest('hex'));
  acknowledged.push(known);
  for (const kind of ['reply', 'note', 'reply']) {
    const body = `A ${kind} of ${word}, number ${known.messages.size}`;
    const { id } = await agent.post<Message>(`/tickets/${opened.id}/messages`, { kind, body });
    known.messages.set(id, body);
  }
}

async function expectAll(acknowledged: Acknowledged[], agent: Client, api: BuiltApi): Promise<void> {
  const reader = new Client(api.origin).as(agent.token);
  for (const { ticketId, word, messages, files } of acknowledged) {
    const { items } = await reader.get<Page<Message>>(`/tickets/${ticketId}/messages?limit=100`);
    const kept = new Map(items.map(({ id, body }) => [id, body]));
    for (const [id, body] of messages) expect(kept.get(id)).toBe(body);
    const found = await reader.get<Page<Ticket>>(
      `/tickets?q=${encodeURIComponent(`subject:${word} tag:${word}`)}`,
    );
    expect(found.items.map(({ id }) => id)).toEqual([ticketId]);
    for (const [id, sha256] of files) {
      const { bytes } = await reader.download(id);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
  }
}

/** Nothing half-written, acknowledged or not. The API has stopped. */
function expectConsistent({ databasePath }: Installation, isKept: (key: string) => boolean): void {
  const database = new Database(databasePath, { readonly: true });
  const all = (sql: string): unknown[] => database.prepare(sql).all();
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(all('pragma foreign_key_check')).toEqual([]);
  // Each ticket with its first message, its place in the search index, its log, and as many versions as changes.
  expect(
    all(
      'select rid from ticket where not exists (select 1 from ticket_fts_docsize d where d.id = ticket.rid)',
    ),
  ).toEqual([]);
  expect(
    all(
      'select id from ticket_fts_docsize d where not exists (select 1 from ticket where ticket.rid = d.id)',
    ),
  ).toEqual([]);
  expect(
    all(
      'select t.rid from ticket t where t.last_message_rid is not (select max(m.rid) from message m where m.ticket_rid = t.rid)',
    ),
  ).toEqual([]);
  expect(
    all(
      `select t.rid from ticket t where t.version <> (select count(*) from message m where m.ticket_rid = t.rid)`,
    ),
  ).toEqual([]);
  expect(
    all(`select t.rid from ticket t where (select count(*) from message m where m.ticket_rid = t.rid)
      <> (select count(*) from ticket_event e where e.ticket_rid = t.rid and e.type in ('created', 'reply', 'note'))`),
  ).toEqual([]);
  expect(
    all(
      'select rid from tag where ticket_count <> (select count(*) from ticket_tag tt where tt.tag_rid = tag.rid)',
    ),
  ).toEqual([]);
  const keys = all('select storage_key as key from attachment') as { key: string }[];
  expect(keys.filter(({ key }) => !isKept(key))).toEqual([]);
  database.close();
}
