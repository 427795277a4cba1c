import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { StorageUnavailableError } from '@liftdesk/storage';
import { aFile, openTicket, stage, upload, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { DAY, HOUR } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import { AttachmentSweeper } from './attachment-sweeper';

const NONE = { count: 0, first: [] };

describe('the sweeper', () => {
  let desk: TestDesk;
  let ana: Person;
  let sweeper: AttachmentSweeper;

  beforeEach(async () => {
    desk = await TestDesk.start({ env: { JWT_EXPIRES_IN: '7d' } });
    ana = await desk.signIn('customer');
    sweeper = desk.app.get(AttachmentSweeper, { strict: false });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await desk.close();
  });

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of desk.storage.list('')) keys.push(key);
    return keys.sort();
  }

  it('finds nothing where all is well', async () => {
    const ticket = await openTicket(desk, ana);
    await upload(desk, ana, ticket);
    const [file] = await stage(desk, ana);
    await write(desk, ana, ticket, { attachmentIds: [file?.id] });
    desk.clock.advance(2 * DAY);
    const before = await objects();
    expect(await sweeper.sweep()).toEqual({
      interrupted: 0,
      abandoned: 0,
      strayObjects: NONE,
      missingObjects: NONE,
    });
    expect(await objects()).toEqual(before);
  });

  it('removes staged files, row and object, when their message has not come within 24 hours', async () => {
    const [old] = await stage(desk, ana);
    desk.clock.advance(23 * HOUR);
    const [young] = await stage(desk, ana);
    expect((await sweeper.sweep()).abandoned).toBe(0);
    desk.clock.advance(2 * HOUR);
    expect((await sweeper.sweep()).abandoned).toBe(1);
    await desk.as(ana).get(`/attachments/${old?.id}`).expect(404);
    await desk.as(ana).get(`/attachments/${young?.id}`).expect(200);
    expect(await objects()).toHaveLength(1);
  });

  it('reports an object that it knows nothing of, however old, and never removes it', async () => {
    await desk.storage.put('attachments/stray.pdf', Readable.from(['x']));
    await desk.storage.put('elsewhere/other.pdf', Readable.from(['x']));
    desk.clock.advance(30 * DAY);
    expect((await sweeper.sweep()).strayObjects).toEqual({ count: 1, first: ['attachments/stray.pdf'] });
    expect(await objects()).toEqual(['attachments/stray.pdf', 'elsewhere/other.pdf']);
    expect(await desk.log()).toMatch(/"level":"warn".*attachments\.swept/);
  });

  it('removes nothing of a folder that belongs to another database, as after a restore, and reports it', async () => {
    for (let n = 0; n < 3; n++) await upload(desk, ana, await openTicket(desk, ana));
    const before = await objects();
    const fresh = await TestDesk.start({ env: { UPLOAD_DIR: desk.uploadDir } });
    fresh.clock.advance(30 * DAY);
    const report = await fresh.app.get(AttachmentSweeper, { strict: false }).sweep();
    await fresh.close();
    expect(report).toMatchObject({ interrupted: 0, abandoned: 0, missingObjects: NONE });
    expect(report.strayObjects).toEqual({ count: 3, first: expect.arrayContaining(before) });
    expect(await objects()).toEqual(before);
  });

  it('removes the object of an upload that ended between storing it and writing its row', async () => {
    const ticket = await openTicket(desk, ana);
    const put = desk.storage.put.bind(desk.storage);
    jest.spyOn(desk.storage, 'put').mockImplementation(async (...given) => {
      const result = await put(...given);
      // As if the process ended here: nothing after it works.
      jest.spyOn(desk.database, 'transaction').mockRejectedValue(new Error('ended'));
      jest.spyOn(desk.storage, 'delete').mockRejectedValue(new Error('ended'));
      return result;
    });
    const { content, filename } = aFile();
    await desk
      .as(ana)
      .post(`/tickets/${ticket.id}/attachments`)
      .attach('attachments', content, filename)
      .expect(500);
    jest.restoreAllMocks();
    expect(await objects()).toHaveLength(1);
    expect(await sweeper.sweep()).toMatchObject({ interrupted: 0, strayObjects: NONE });
    desk.clock.advance(DAY + HOUR);
    expect(await sweeper.sweep()).toMatchObject({ interrupted: 1, strayObjects: NONE });
    expect(await objects()).toEqual([]);
    expect((await sweeper.sweep()).interrupted).toBe(0);
  });

  it.each(['has overtaken', 'is just overtaking'])(
    'takes no file from under an upload that it %s: that one is refused and leaves nothing',
    async (when) => {
      const [put, remove] = [desk.storage.put.bind(desk.storage), desk.storage.delete.bind(desk.storage)];
      let sweeping: Promise<unknown> = Promise.resolve();
      let goOn = (): void => undefined;
      const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
      jest.spyOn(desk.storage, 'put').mockImplementation(async (...given) => {
        const result = await put(...given);
        desk.clock.advance(DAY + HOUR);
        const removing = new Promise<void>((resolve) => {
          jest.spyOn(desk.storage, 'delete').mockImplementation(async (key) => {
            resolve();
            await mayGoOn;
            await remove(key);
          });
        });
        sweeping = sweeper.sweep();
        if (when === 'has overtaken') goOn();
        await (when === 'has overtaken' ? sweeping : removing);
        return result;
      });
      const { content, filename } = aFile();
      const staging = desk.as(ana).post('/attachments').attach('attachments', content, filename);
      await staging.expect(503);
      goOn();
      await sweeping;
      jest.restoreAllMocks();
      expect(await desk.rows('select 1 from attachment')).toEqual([]);
      expect(await desk.rows('select 1 from unsettled_object')).toEqual([]);
      expect(await objects()).toEqual([]);
    },
  );

  it('keeps the object of an upload whose commit went through and was not heard of', async () => {
    const ticket = await openTicket(desk, ana);
    const [put, transaction] = [
      desk.storage.put.bind(desk.storage),
      desk.database.transaction.bind(desk.database),
    ];
    jest.spyOn(desk.storage, 'put').mockImplementation(async (...given) => {
      const result = await put(...given);
      jest.spyOn(desk.database, 'transaction').mockImplementationOnce((async (work: never) => {
        await transaction(work);
        throw new Error('connection lost');
      }) as never);
      return result;
    });
    const { content, filename } = aFile();
    await desk
      .as(ana)
      .post(`/tickets/${ticket.id}/attachments`)
      .attach('attachments', content, filename)
      .expect(500);
    jest.restoreAllMocks();
    desk.clock.advance(DAY + HOUR);
    expect(await sweeper.sweep()).toMatchObject({ strayObjects: NONE, missingObjects: NONE });
    const { body } = await desk.as(ana).get(`/tickets/${ticket.id}/attachments`).expect(200);
    expect(body.items).toHaveLength(1);
    expect(await objects()).toHaveLength(1);
  });

  it('removes the object of a file whose row is gone and whose storage was down then', async () => {
    const [file] = await upload(desk, ana, await openTicket(desk, ana));
    jest.spyOn(desk.storage, 'delete').mockRejectedValue(new StorageUnavailableError());
    await desk.as(ana).delete(`/attachments/${file?.id}`).expect(204);
    jest.restoreAllMocks();
    desk.clock.advance(DAY + HOUR);
    expect(await sweeper.sweep()).toMatchObject({ interrupted: 1, strayObjects: NONE });
    expect(await objects()).toEqual([]);
  });

  it('names no more than the first hundred of what it reports', async () => {
    for (let n = 0; n < 101; n++)
      await desk.storage.put(`attachments/${String(n).padStart(3, '0')}.pdf`, Readable.from(['x']));
    const { strayObjects } = await sweeper.sweep();
    expect([strayObjects.count, strayObjects.first.length]).toEqual([101, 100]);
  });

  it('asks the store for no object that it has listed', async () => {
    for (let n = 0; n < 3; n++) await upload(desk, ana, await openTicket(desk, ana));
    const stat = jest.spyOn(desk.storage, 'stat');
    expect(await sweeper.sweep()).toMatchObject({ strayObjects: NONE, missingObjects: NONE });
    expect(stat).not.toHaveBeenCalled();
  });

  it('tells strays from its own over more objects than it asks the database for at once', async () => {
    const keys = Array.from({ length: 205 }, (_, n) => `attachments/${String(n).padStart(3, '0')}.pdf`);
    for (const key of keys) await desk.storage.put(key, Readable.from(['x']));
    await desk.database.transaction(async (manager) => {
      for (const key of keys.slice(1))
        await manager.query('insert into unsettled_object (storage_key, created_at) values (?, ?)', [
          key,
          desk.clock.now(),
        ]);
    });
    expect((await sweeper.sweep()).strayObjects).toEqual({ count: 1, first: [keys[0]] });
  });

  it('reports a row without its object, and leaves it for an operator', async () => {
    const [file] = await upload(desk, ana, await openTicket(desk, ana));
    for (const key of await objects()) await desk.storage.delete(key);
    expect((await sweeper.sweep()).missingObjects).toEqual({ count: 1, first: [file?.id] });
    expect(await desk.log()).toMatch(/"level":"error".*attachments\.swept/);
    await desk.as(ana).get(`/attachments/${file?.id}`).expect(200);
  });

  it('removes what an upload that never ended left in the staging folder', async () => {
    const folder = join(desk.uploadDir, '.staging');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, '01900000-0000-7000-8000-000000000000.upload');
    writeFileSync(path, 'half');
    const long = new Date(Date.now() - 2 * DAY);
    utimesSync(path, long, long);
    expect((await sweeper.sweep()).interrupted).toBe(1);
  });

  it('removes nothing while the storage is down, and calls nothing missing', async () => {
    const [file] = await upload(desk, ana, await openTicket(desk, ana));
    desk.clock.advance(2 * DAY);
    // Goes away after the list, of which it gave nothing.
    jest.spyOn(desk.storage, 'list').mockImplementation(async function* () {});
    jest.spyOn(desk.storage, 'stat').mockRejectedValue(new StorageUnavailableError());
    await expect(sweeper.sweep()).rejects.toThrow(StorageUnavailableError);
    jest.restoreAllMocks();
    await desk.as(ana).get(`/attachments/${file?.id}`).expect(200);
  });
});
