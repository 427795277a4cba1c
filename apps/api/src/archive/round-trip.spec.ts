import { statSync } from 'node:fs';
import { checkConsistency } from '../search/search-maintenance';
import { HARD_TEXTS } from '../testing/filled-desk';
import { describeOnPostgres } from '../testing/test-database';
import { WAS_WAITING } from './contents';
import { type Place, Places } from './testing/places';
import { untar } from './testing/untar';

const MB = 1 << 20;
const LONG = HARD_TEXTS.join(' ').repeat(60_000).slice(0, 10_000_000);

describe('a desk that leaves by an archive', () => {
  let places: Places;
  beforeEach(() => (places = new Places()));
  afterEach(() => places.remove());

  /** @returns what the archive of the one and of the other have, but for what says when and where it was made */
  async function carried(from: Place, to: Place): Promise<[Map<string, Buffer>, Map<string, Buffer>]> {
    const first = await places.export(from, { withPasswords: true });
    await places.import(to, first.path);
    const second = await places.export(to, { withPasswords: true });
    expect(second.manifest.tables).toEqual(first.manifest.tables);
    return [untar(first.path), untar(second.path)];
  }

  function assertEqual([one, other]: readonly [Map<string, Buffer>, Map<string, Buffer>]): void {
    expect([...other.keys()]).toEqual([...one.keys()]);
    for (const [name, content] of one) {
      if (/^(data|files)\//.test(name))
        expect([name, other.get(name)?.equals(content)]).toEqual([name, true]);
    }
  }

  it('comes in whole where it is imported, and leaves there by the very same bytes', async () => {
    const place = await places.filled([Buffer.from('small'), Buffer.alloc(0), Buffer.alloc(5 * MB, 'x')]);
    await places.opened(place, (desk) => desk.query('update message set body = ? where rid = 3', [LONG]));
    const [one, other] = await carried(place, await places.empty());
    assertEqual([one, other]);
    expect([...one.keys()].filter((name) => name.startsWith('files/'))).toHaveLength(3);
    expect(one.get('data/message.ndjson')?.length).toBeGreaterThan(10 * MB);
  });

  it('may be empty', async () => {
    assertEqual(await carried(await places.empty(), await places.empty()));
  });

  describeOnPostgres('between the engines', () => {
    it.each([
      ['SQLite', true],
      ['PostgreSQL', false],
    ])('that leaves %s leaves the other one by the same bytes', async (_, onSqlite) => {
      assertEqual(await carried(await places.filled(undefined, onSqlite), await places.empty(!onSqlite)));
    });
  });

  it('is found by search there, and goes on with its numbers behind those that are gone', async () => {
    const place = await places.filled();
    await places.opened(place, async (desk) => {
      for (const table of ['message', 'ticket_event'])
        await desk.query(`delete from ${table} where ticket_rid = 30`);
      await desk.query('delete from ticket where rid = 30');
    });
    const { path } = await places.export(place);
    const there = await places.empty();
    await places.import(there, path);
    await places.opened(there, async (desk) => {
      expect(await checkConsistency(desk)).toEqual({ tickets: 29, documents: 29, missing: [], orphaned: [] });
      const [made]: { rid: number }[] = await desk.query(
        `insert into ticket (id, subject, status, priority, channel, requester_rid, created_at, updated_at)
         values ('x', 'y', 'new', 1, 'web', 1, 0, 0) returning rid`,
      );
      expect(made?.rid).toBe(31);
      expect(await desk.query('select storage_key from unsettled_object')).toEqual([]);
    });
  });

  it('holds nothing that lets anybody in, and is for its owner alone', async () => {
    const place = await places.filled();
    const { path } = await places.export(place);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const entries = untar(path);
    const all = Buffer.concat([...entries.values()]).toString();
    for (const secret of ['$argon2id$', 'hash 1', 'attachments/']) expect(all).not.toContain(secret);
    expect([...entries.keys()].join()).not.toMatch(/session|token|reset|idempotency|unsettled/);
    const { path: withPasswords } = await places.export(place, { withPasswords: true });
    expect(untar(withPasswords).get('data/user.ndjson')?.toString()).toContain('$argon2id$1');
  });

  it('sends no mail a second time, and gives nobody a link to a new password', async () => {
    const place = await places.filled();
    const mail = `insert into outbox_mail (id, kind, status, user_rid, recipient, secret, due_at, created_at, updated_at)`;
    await places.opened(place, async (desk) => {
      await desk.query(`${mail} values ('1', 'agentReply', 'queued', 4, 'a@b', 'secret', 5, 5, 5)`);
      await desk.query(`${mail} values ('2', 'passwordReset', 'queued', 4, 'a@b', 'secret', 5, 5, 5)`);
      await desk.query(`${mail} values ('3', 'solved', 'sent', 4, 'a@b', null, 5, 5, 5)`);
    });
    const { path } = await places.export(place);
    const there = await places.empty();
    await places.import(there, path);
    const mails = await places.opened(there, (desk) =>
      desk.query('select id, status, reason, secret from outbox_mail order by rid'),
    );
    expect(mails).toEqual([
      { id: '1', status: 'failed', reason: WAS_WAITING, secret: null },
      { id: '3', status: 'sent', reason: null, secret: null },
    ]);
  });
});
