import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ArchiveError } from './archive-error';
import { forged, pack, packEntries, packed, tarHeader } from './testing/pack';
import { type Place, Places, storageOf } from './testing/places';
import { untar } from './testing/untar';

describe('an archive that is not what an export made', () => {
  let places: Places;
  let there: Place;
  let path: string;
  let entries: Map<string, Buffer>;

  beforeAll(async () => {
    places = new Places();
    there = await places.empty();
    ({ path } = await places.export(await places.filled()));
    entries = untar(path);
  });
  afterAll(() => places.remove());

  /** Each is told in words, and before anything is written. */
  async function refuses(archive: string, why: RegExp): Promise<void> {
    const failure: unknown = await places.import(there, archive).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ArchiveError);
    expect((failure as Error).message).toMatch(why);
    const left: string[] = [];
    for await (const { key } of (await storageOf(there)).list('')) left.push(key);
    expect(left).toEqual([]);
    const rows = await places.opened(there, (desk) =>
      desk.query('select 1 from "user" union all select 1 from unsettled_object'),
    );
    expect(rows).toEqual([]);
  }
  const bytes = (name: string, content: Buffer): string => {
    const place = places.path(name);
    writeFileSync(place, content);
    return place;
  };

  it('is refused with any one byte flipped', async () => {
    const whole = readFileSync(path);
    for (let n = 0; n < 60; n += 1) {
      const at = Math.floor(((whole.length - 1) * n) / 59);
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ (1 << (n % 8));
      await refuses(bytes('flipped', flipped), /cannot be used/);
    }
  });

  it('is refused where it was cut, or grew', async () => {
    const whole = readFileSync(path);
    for (const length of [
      0,
      1,
      10,
      91,
      92,
      93,
      1_000,
      whole.length >> 1,
      whole.length - 93,
      whole.length - 92,
      whole.length - 1,
    ])
      await refuses(bytes('cut', whole.subarray(0, length)), /./);
    await refuses(bytes('grown', Buffer.concat([whole, Buffer.from('x')])), /changed or cut/);
    await refuses(bytes('twice', Buffer.concat([whole, whole])), /more entries|changed or cut/);
  });

  it('is refused where something else packed it', async () => {
    await refuses(bytes('again', gzipSync(gunzipSync(readFileSync(path)))), /something else packed it/);
    await refuses(bytes('text', Buffer.from('no archive at all, '.repeat(100))), /something else packed it/);
  });

  it('cannot be read where it is a folder', async () => {
    await expect(places.import(there, places.folder)).rejects.toThrow('Cannot read the archive (EISDIR)');
  });

  it('is refused with names that lead elsewhere, links, folders and devices', async () => {
    const before = ['README.txt', 'manifest.json'].map((name) => packed(name, entries.get(name) as Buffer));
    for (const name of ['../evil', '/etc/evil', 'files/../../evil', 'files//evil', './evil', 'evil\n']) {
      await refuses(await pack(places.path('name'), [...before, tarHeader(name, 0)]), /plain file/);
    }
    for (const type of ['1', '2', '3', '4', '5', '6', '7', '9']) {
      const entry = tarHeader('data/user.ndjson', 0, type);
      await refuses(await pack(places.path('type'), [...before, entry]), /plain file/);
    }
  });

  it('is refused where a header names or measures its entry another time', async () => {
    const before = ['README.txt', 'manifest.json'].map((name) => packed(name, entries.get(name) as Buffer));
    const content = entries.get('data/user.ndjson') as Buffer;
    const user = packed('data/user.ndjson', content);
    const pax = (text: string): Buffer => packed('pax', Buffer.from(text), 'x');
    const refusals: [Buffer[], RegExp][] = [
      [[pax('24 path=files/../../evil\n'), user], /plain file/],
      [[pax('15 path=../evil\n'), user], /plain file/],
      [[packed('long', Buffer.from('/etc/evil'), 'L'), user], /plain file/],
      [[pax('10 size=-1\n'), user], /no whole tar/],
      [[pax('20 size=99999999999\n'), user], /another size/],
      [[pax('11 path=\0\n'), user], /plain file/],
      [[tarHeader('pax', 2 ** 33, 'x'), user], /no whole tar/],
      [[tarHeader('pax', 2 ** 52, 'g'), user], /no whole tar/],
    ];
    for (const [blocks, why] of refusals)
      await refuses(await pack(places.path('pax'), [...before, ...blocks]), why);
  });

  it('is refused with an entry twice, one too many, one too few, or in another place', async () => {
    const all = [...entries];
    const blocks = (list: readonly (readonly [string, Buffer])[]) =>
      list.map(([name, content]) => packed(name, content));
    await refuses(await pack(places.path('twice'), blocks([...all.slice(0, 3), ...all.slice(2)])), /belongs/);
    await refuses(
      await pack(places.path('more'), blocks([...all, ['data/more.ndjson', Buffer.alloc(0)]])),
      /more entries/,
    );
    await refuses(
      await pack(places.path('few'), blocks(all.filter(([name]) => !name.startsWith('files/')))),
      /belongs/,
    );
    await refuses(
      await pack(places.path('order'), blocks([...all.slice(0, 2), ...all.slice(2).reverse()])),
      /belongs/,
    );
    await refuses(await pack(places.path('none'), []), /does not begin/);
  });

  it('is refused when it claims more than it can hold, and a bomb is not unpacked', async () => {
    const claim = forged(entries, { manifest: ({ files }) => void (files.bytes = 2 ** 50) });
    await refuses(await packEntries(places.path('claim'), claim), /claims to hold more/);
    const before = ['README.txt', 'manifest.json'].map((name) => packed(name, entries.get(name) as Buffer));
    const bomb = tarHeader('data/user.ndjson', 300_000_000);
    await refuses(
      await pack(places.path('bomb'), [...before, bomb, Buffer.alloc(300_000_000)]),
      /another size/,
    );
    const readme = [packed('README.txt', Buffer.alloc(5_000_000))];
    await refuses(await pack(places.path('readme'), readme), /does not begin/);
    await refuses(
      await pack(places.path('huge'), [...before, tarHeader('data/user.ndjson', 2 ** 52)]),
      /another size/,
    );
  });

  it.each<[string, string, string, RegExp]>([
    [
      'rows in no order',
      'tag',
      '{"rid":2,"name":"a","ticket_count":0}\n{"rid":1,"name":"b","ticket_count":0}\n',
      /order/,
    ],
    [
      'a row twice',
      'tag',
      '{"rid":1,"name":"a","ticket_count":0}\n{"rid":1,"name":"b","ticket_count":0}\n',
      /order/,
    ],
    [
      'a name twice in a row',
      'tag',
      '{"rid":1,"name":"a","name":"b","ticket_count":0}\n',
      /line 1 of table tag/,
    ],
    ['a column more', 'tag', '{"rid":1,"name":"a","ticket_count":0,"x":1}\n', /line 1 of table tag/],
    ['a column less', 'tag', '{"rid":1,"name":"a"}\n', /line 1 of table tag/],
    ['a text for a number', 'tag', '{"rid":"1","name":"a","ticket_count":0}\n', /line 1 of table tag: rid/],
    ['a number too great', 'tag', '{"rid":4294967296,"name":"a","ticket_count":0}\n', /out of range/],
    ['a NUL', 'tag', '{"rid":1,"name":"a\\u0000b","ticket_count":0}\n', /NUL/],
    ['half a character', 'tag', '{"rid":1,"name":"a\\ud800","ticket_count":0}\n', /half a character/],
    ['a text too long', 'tag', `{"rid":1,"name":"${'x'.repeat(51)}","ticket_count":0}\n`, /more than 50/],
    ['no JSON', 'tag', '{"rid":1,\n', /no JSON/],
    ['no last line', 'tag', '{"rid":1,"name":"a","ticket_count":0}', /last line|what the manifest says/],
    ['a key never given out', 'tag', '{"rid":99,"name":"a","ticket_count":0}\n', /never gave out/],
  ])('is refused with %s', async (_, table, content, why) => {
    await refuses(await packEntries(places.path('table'), forged(entries, { table, content })), why);
  });

  it('is refused with rows that refer to nobody, when the database says so', async () => {
    const content = '{"tag_rid":1,"ticket_rid":77}\n';
    await refuses(
      await packEntries(places.path('orphan'), forged(entries, { table: 'ticket_tag', content })),
      /do not go together/,
    );
  });

  it('is refused when a newer version made it, with what to do', async () => {
    const of = (manifest: Parameters<typeof forged>[1]['manifest']) =>
      packEntries(places.path('new'), forged(entries, { manifest }));
    await refuses(
      await of(({ schema }) => void schema.push('Teams1999999999999')),
      /Teams1999999999999.*Liftdesk 1\.2\.3.*that version/,
    );
    await refuses(await of((manifest) => Object.assign(manifest, { formatVersion: 2 })), /newer layout/);
    await refuses(
      await of(({ tables }) => void tables[0]?.columns.push('shoe_size')),
      /column shoe_size of table user/,
    );
  });

  it('is taken from an older version, where columns lack that have a value of their own', async () => {
    const older = forged(entries, {
      table: 'tag',
      content: '{"rid":1,"name":"a"}\n',
      manifest: ({ tables }) =>
        Object.assign(tables.find(({ name }) => name === 'tag') ?? {}, { columns: ['rid', 'name'] }),
    });
    const place = await places.empty();
    await places.import(place, await packEntries(places.path('old'), older));
    expect(await places.opened(place, (desk) => desk.query('select * from tag'))).toEqual([
      { rid: 1, name: 'a', ticket_count: 0 },
    ]);
  });
});
