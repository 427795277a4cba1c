import type { DataSource } from 'typeorm';
import { openSqlite } from '../database/sqlite';
import type { Row } from '../transfer/row';
import { type TableShape, columnIndex, tablesOf } from '../transfer/tables';
import { normaliseEmail } from '../users/email';
import { masker } from './masker';

let database: DataSource;
let tables: TableShape[];

beforeAll(async () => {
  database = await openSqlite(':memory:');
  tables = tablesOf(database);
});
afterAll(() => database.destroy());

const table = (name: string): TableShape => tables.find((one) => one.name === name) as TableShape;
const SECRET = Buffer.from('a secret of one run');

/** A row with these values, masked, as an object. */
function masked(name: string, values: Record<string, unknown>, secret = SECRET, staff?: Map<string, string>) {
  const row = table(name).columns.map((column) => values[column.name] ?? null) as Row;
  const result = masker(tables, secret, staff)(table(name))(row);
  return (
    result && Object.fromEntries(table(name).columns.map((column, place) => [column.name, result[place]]))
  );
}

const USER = { rid: 7, id: '01234567-89ab-7def-8123-456789abcdef', role: 'agent', created_at: 1 };
const anna = { ...USER, email: 'Anna.Kern@Firma.de', email_norm: 'anna.kern@firma.de', name: 'Anna Kern' };
const SUBJECT = 'Meine Rechnung ist falsch, bitte prüfen';

describe('a masked desk', () => {
  it('has another person for each, the same wherever its address stands, and numbers and ids as they were', () => {
    const user = masked('user', { ...anna, password_hash: '$argon2id$', language: 'de' });
    const { email, name } = user as { email: string; name: string };
    expect(email).toMatch(/^[a-z.-]+\.[0-9a-z]{10}@[a-z-]+\.example$/);
    expect(user).toEqual({
      ...USER,
      ...{
        email,
        email_norm: normaliseEmail(email),
        name,
        password_hash: null,
        language: 'de',
        disabled_at: null,
      },
    });
    expect(name).not.toMatch(/Kern/);
    expect(masked('outbox_mail', { recipient: 'ANNA.KERN@firma.de' })).toMatchObject({ recipient: email });
    expect(masked('mail_block', { email_norm: 'anna.kern@firma.de' })).toMatchObject({ email_norm: email });
    const event = { type: 'assignee', to_value: JSON.stringify({ id: USER.id, name: 'Anna Kern' }) };
    const staff = new Map([[USER.id, 'anna.kern@firma.de']]);
    expect(masked('ticket_event', event, SECRET, staff)).toMatchObject({
      to_value: JSON.stringify({ id: USER.id, name }),
    });
  });

  it('is the same for the same secret, and another for another', () => {
    const bodies = ['one', 'two'].map((secret) => masked('user', anna, Buffer.from(secret)));
    expect(masked('user', anna, Buffer.from('one'))).toEqual(bodies[0]);
    expect(bodies[0]?.['email']).not.toBe(bodies[1]?.['email']);
  });

  it('has as many addresses as there were', () => {
    const mask = masker(tables, SECRET)(table('user'));
    const place = columnIndex(table('user'), 'email_norm');
    const addresses = Array.from({ length: 20_000 }, (_, n) =>
      String(
        mask(table('user').columns.map(({ name }) => (name === 'email_norm' ? `p${n}@x.de` : null)))?.[place],
      ),
    );
    expect(new Set(addresses).size).toBe(20_000);
  });

  it('fits into its columns, whatever stood there', () => {
    const texts = ['ok', SUBJECT, '電話がつながりません', 'x'.repeat(200), 'é'.repeat(254), '@', ' '];
    for (const shape of tables) {
      const mask = masker(tables, SECRET)(shape);
      for (let n = 0; n < 400; n += 1) {
        const text = `${texts[n % texts.length]}${n}`;
        const row = mask(shape.columns.map(({ kind }) => (kind === 'text' ? text : n)));
        for (const [place, { name, maxLength, kind }] of shape.columns.entries()) {
          const value = row?.[place] ?? null;
          const isChoice = shape.checks.some(({ condition }) => condition.startsWith(`"${name}" IN (`));
          if (kind !== 'text' || value === null || maxLength === null || isChoice) continue;
          expect([shape.name, name, [...String(value)].length <= maxLength]).toEqual([
            shape.name,
            name,
            true,
          ]);
        }
      }
    }
  });

  it('tells in its log what stands in the ticket', () => {
    const subject = masked('ticket', { subject: SUBJECT })?.['subject'];
    const log = (type: string, value: unknown) =>
      JSON.parse(
        String(masked('ticket_event', { type, to_value: JSON.stringify(value) })?.['to_value']),
      ) as unknown;
    expect(log('subject', SUBJECT)).toBe(subject);
    expect(log('created', { subject: SUBJECT })).toEqual({ subject });
    expect(log('tags', ['kern'])).toEqual([masked('tag', { name: 'kern' })?.['name']]);
    expect(log('attachment.added', { filename: 'Kern.PDF' })).toEqual({
      filename: masked('attachment', { filename: 'Kern.PDF' })?.['filename'],
    });
    expect(log('status', 'open')).toBe('open');
    expect(log('dueAt', '2026-11-26T00:00:00.000Z')).toBe('2026-11-26T00:00:00.000Z');
  });

  it.each([
    ['status', '"Kern"'],
    ['dueAt', '"Kern"'],
    ['subject', '{"Kern":1}'],
    ['assignee', '["Kern"]'],
    ['tags', '"Kern"'],
    ['reply', '"Kern"'],
    ['subject', 'Kern {'],
  ])('loses of its log what no log holds: %s %s', (type, value) => {
    expect(masked('ticket_event', { type, from_value: value })).toMatchObject({ from_value: null });
  });

  it('is written in the languages that it was, about as long', () => {
    const body = (text: string) => String(masked('message', { body: text })?.['body']);
    const german =
      'Guten Tag, die Rechnung ist leider falsch und ich habe das Geld noch nicht bekommen. '.repeat(12);
    const read = body(german);
    expect(read).toMatch(/\b(und|die|der|ist|nicht|wir|ich)\b/);
    expect(Math.abs(read.length - german.length)).toBeLessThan(200);
    expect(body('電話がつながりません。注文の商品がまだ届いておりません。')).toMatch(/[\u3040-\u30ff]/);
    expect(body('')).toBe('');
    expect(body('ok').length).toBeLessThan(40);
    expect(Math.abs(body('x'.repeat(10_000_000)).length - 10_000_000)).toBeLessThan(200);
  });

  it('keeps no key of a real file, nor its hash, and sends no mail that waited', () => {
    const file = {
      ...{ filename: 'Kern.docx.PDF', mime_type: 'application/pdf', size: 5, sha256: 'ab'.repeat(32) },
      storage_key: 'attachments/0123.pdf',
    };
    const row = masked('attachment', file);
    expect(row).toMatchObject({
      ...{ filename: expect.stringMatching(/^[a-z-]+-\d{4}\.pdf$/), mime_type: 'application/pdf', size: 5 },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      storage_key: expect.stringMatching(/^attachments\/[0-9a-f]{32}\.pdf$/),
    });
    expect(row?.['sha256']).not.toBe(file.sha256);
    expect(
      masked('outbox_mail', { status: 'queued', secret: 's', lease: 'l', provider_id: 'p' }),
    ).toMatchObject({
      ...{ status: 'suppressed', secret: null, lease: null, provider_id: null },
    });
  });

  it.each(['session', 'refresh_token', 'password_reset', 'idempotency_key', 'unsettled_object'])(
    'has no row of %s',
    (name) => {
      expect(masked(name, {})).toBeNull();
    },
  );

  it('is not made while there is a text that nobody thought of', () => {
    const notes = { ...table('tag').columns[1], name: 'notes' } as TableShape['columns'][number];
    const withNotes = { ...table('tag'), columns: [...table('tag').columns, notes] };
    expect(() => masker([withNotes], SECRET)).toThrow(/how to mask tag: notes/);
    expect(() => masker([{ ...table('tag'), name: 'macro' }], SECRET)).toThrow(/how to mask macro: name/);
    expect(() => masker([{ ...table('tag'), columns: [] }], SECRET)).toThrow(/how to mask tag: name/);
    expect(() => masker([{ ...table('ticket'), checks: [] }], SECRET)).toThrow(
      /mask ticket: status, channel/,
    );
    const checks = [{ name: 'short', condition: 'length("kind") < 9' }];
    expect(() => masker([{ ...table('message'), checks }], SECRET)).toThrow(/mask message: kind/);
  });
});
