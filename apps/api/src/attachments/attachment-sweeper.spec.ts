import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { StorageUnavailableError } from '@liftdesk/storage';
import { openTicket, stage, upload, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { DAY, HOUR } from '../testing/settable-clock';
import { TestDesk } from '../testing/test-desk';
import { AttachmentSweeper } from './attachment-sweeper';

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
      strayObjects: [],
      missingObjects: [],
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

  it('removes an object without a row, but not one that may still get its row', async () => {
    await desk.storage.put('attachments/stray.pdf', Readable.from(['x']));
    await desk.storage.put('elsewhere/other.pdf', Readable.from(['x']));
    expect((await sweeper.sweep()).strayObjects).toEqual([]);
    desk.clock.advance(DAY + HOUR);
    expect((await sweeper.sweep()).strayObjects).toEqual(['attachments/stray.pdf']);
    expect(await objects()).toEqual(['elsewhere/other.pdf']);
  });

  it('reports a row without its object, and leaves it for an operator', async () => {
    const [file] = await upload(desk, ana, await openTicket(desk, ana));
    for (const key of await objects()) await desk.storage.delete(key);
    expect((await sweeper.sweep()).missingObjects).toEqual([file?.id]);
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
    jest.spyOn(desk.storage, 'stat').mockRejectedValue(new StorageUnavailableError());
    await expect(sweeper.sweep()).rejects.toThrow(StorageUnavailableError);
    jest.restoreAllMocks();
    await desk.as(ana).get(`/attachments/${file?.id}`).expect(200);
  });
});
