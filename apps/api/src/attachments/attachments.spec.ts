import { sampleFiles } from '@liftdesk/testing';
import { StorageUnavailableError } from '@liftdesk/storage';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import request, { type Response } from 'supertest';
import { SentFile, aFile, change, note, openTicket, stage, upload, write } from '../testing/builders';
import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';
import type { MessageDto } from '../tickets/message.dto';
import type { TicketDto } from '../tickets/ticket.dto';
import { TicketWriter } from '../tickets/ticket-writer';
import type { AttachmentDto } from './attachment.dto';

const MB = 1024 * 1024;
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('files', () => {
  let desk: TestDesk;
  let ana: Person;
  let agent: Person;
  let ticket: TicketDto;

  beforeAll(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer', { name: 'Ana' });
    agent = await desk.signIn('agent');
  });
  beforeEach(async () => {
    ticket = await openTicket(desk, ana);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => desk.close());

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of desk.storage.list('')) keys.push(key);
    return keys.sort();
  }
  const rowCount = async (): Promise<number> => (await desk.rows('select 1 from attachment')).length;
  const staging = (): string[] => readdirSync(join(desk.uploadDir, '.staging'));
  const send = (by: Person, path: string, ...files: SentFile[]) => {
    const test = desk.as(by).post(path);
    for (const { content, filename } of files) void test.attach('attachments', content, filename);
    return test;
  };
  /** Follows the link as a browser would: without a token. */
  async function fetchFile(by: Person, id: string, query = ''): Promise<Response> {
    const { body } = await desk.as(by).get(`/attachments/${id}/link${query}`).expect(200);
    return request(desk.server)
      .get(body.url)
      .buffer(true)
      .parse((answer, done) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => done(null, Buffer.concat(chunks)));
      });
  }

  describe('come back', () => {
    it.each([
      ['photo.png', sampleFiles.png(), 'image/png'],
      ['photo.jpg', sampleFiles.jpeg(), 'image/jpeg'],
      ['move.gif', sampleFiles.gif(), 'image/gif'],
      ['new.webp', sampleFiles.webp(), 'image/webp'],
      ['bill.pdf', sampleFiles.pdf(), 'application/pdf'],
      [
        'letter.docx',
        sampleFiles.docx(),
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      ],
      ['sheet.xlsx', sampleFiles.xlsx(), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      ['letter.doc', sampleFiles.doc(), 'application/msword'],
      ['sheet.xls', sampleFiles.xls(), 'application/vnd.ms-excel'],
      ['notes.txt', Buffer.from('plain text'), 'text/plain'],
      ['list.csv', Buffer.from('a,b\n1,2\n'), 'text/csv'],
    ])('byte for byte, under their name and as what they are: %s', async (filename, content, mimeType) => {
      const [file] = await upload(desk, ana, ticket, { filename, content });
      expect(file).toEqual({
        id: expect.any(String),
        ticketId: ticket.id,
        messageId: null,
        filename,
        mimeType,
        size: content.length,
        sha256: sha256(content),
        uploadedBy: { id: ana.id, name: 'Ana', role: 'customer' },
        createdAt: expect.any(String),
      });
      const answer = await fetchFile(ana, file?.id ?? '');
      expect(answer.status).toBe(200);
      expect(answer.body.equals(content)).toBe(true);
      expect(answer.headers).toMatchObject({
        'content-type': expect.stringContaining(mimeType),
        'content-disposition': `attachment; filename="${filename}"`,
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining('sandbox'),
        'content-length': String(content.length),
      });
    });

    it.each([
      ['請求書.pdf', '請求書.pdf'],
      ['so "genannt".pdf', 'so "genannt".pdf'],
      ["l'été; a=b.pdf", "l'été; a=b.pdf"],
      ['../../etc/passwd.pdf', 'passwd.pdf'],
      ['C:\\files\\bill.pdf', 'bill.pdf'],
      ['zero\u200bwidth.pdf', 'zero\u200bwidth.pdf'],
      ['%41%2F.pdf', '%41%2F.pdf'],
      ['🙂.pdf', '🙂.pdf'],
      [`${'長'.repeat(251)}.pdf`, `${'長'.repeat(251)}.pdf`],
      [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(251)}.pdf`],
      ['gpj\u202e.pdf', 'gpj.pdf'],
    ])('under the name that they were sent with: %s', async (sent, expected) => {
      // As browsers spell it in a form: UTF-8, with %22 for quotes.
      const name = sent.replaceAll('"', '%22');
      const body = Buffer.concat([
        Buffer.from(
          `--b\r\nContent-Disposition: form-data; name="attachments"; filename="${name.replaceAll('\\', '\\\\')}"\r\n\r\n`,
        ),
        sampleFiles.pdf(),
        Buffer.from('\r\n--b--\r\n'),
      ]);
      const answer = await desk
        .as(ana)
        .post(`/tickets/${ticket.id}/attachments`)
        .set('Content-Type', 'multipart/form-data; boundary=b')
        .serialize(() => body as never)
        .send(body as never)
        .expect(201);
      const { id, filename } = answer.body.items[0] as AttachmentDto;
      expect(filename.replaceAll('%22', '"')).toBe(expected);
      const { headers } = await fetchFile(ana, id);
      const header = headers['content-disposition'] as string;
      const star = /filename\*=UTF-8''(.+)$/.exec(header)?.[1];
      if (star !== undefined) expect(decodeURIComponent(star)).toBe(filename);
      else expect(header).toContain(JSON.stringify(filename));
      expect(header).not.toMatch(/[\r\n]/);
    });

    // Text is text whatever it is called; under nosniff and a sandbox it stays so.
    it.each([
      ['page.html', '<html><script>alert(1)</script></html>'],
      ['image.svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
      ['fake.png', 'no picture'],
      ['nothing.txt', ''],
    ])('as plain text, where text is all that they are: %s', async (filename, content) => {
      const [file] = await upload(desk, ana, ticket, aFile(filename, Buffer.from(content)));
      expect(file?.mimeType).toBe('text/plain');
      const { headers } = await fetchFile(ana, file?.id ?? '', '?disposition=inline');
      expect(headers['content-type']).toMatch(/^text\/plain/);
      expect(headers['content-disposition']).toMatch(/^attachment/);
    });

    it('inline only where showing is harmless', async () => {
      const [pdf] = await upload(desk, ana, ticket, aFile('a.pdf'));
      const [text] = await upload(desk, ana, ticket, aFile('a.txt', Buffer.from('<script>')));
      const shown = await fetchFile(ana, pdf?.id ?? '', '?disposition=inline');
      expect(shown.headers['content-disposition']).toMatch(/^inline/);
      const saved = await fetchFile(ana, text?.id ?? '', '?disposition=inline');
      expect(saved.headers['content-disposition']).toMatch(/^attachment/);
      await desk.as(ana).get(`/attachments/${pdf?.id}/link?disposition=evil`).expect(400);
    });

    it('although the copy in the staging folder could not be removed', async () => {
      const put = desk.storage.put.bind(desk.storage);
      jest.spyOn(desk.storage, 'put').mockImplementation(async (...given) => {
        const result = await put(...given);
        for (const name of staging()) {
          rmSync(join(desk.uploadDir, '.staging', name));
          mkdirSync(join(desk.uploadDir, '.staging', name));
        }
        return result;
      });
      const [file] = await upload(desk, ana, ticket);
      for (const name of staging()) rmdirSync(join(desk.uploadDir, '.staging', name));
      expect((await fetchFile(ana, file?.id ?? '')).status).toBe(200);
      expect(await desk.log()).toContain('upload.copy-left');
    });

    it('by the redirect of the download too', async () => {
      const [file] = await upload(desk, ana, ticket);
      const { headers } = await desk.as(ana).get(`/attachments/${file?.id}/download`).expect(302);
      await request(desk.server)
        .get(headers['location'] as string)
        .expect(200);
    });
  });

  describe('have a signed link', () => {
    let url: URL;
    beforeEach(async () => {
      const [file] = await upload(desk, ana, ticket);
      const { body } = await desk.as(ana).get(`/attachments/${file?.id}/link`).expect(200);
      url = new URL(body.url, 'http://desk');
      const life = Date.parse(body.expiresAt) - Date.now();
      expect(life).toBeGreaterThan(3_590_000);
      expect(life).toBeLessThanOrEqual(3_600_000);
    });
    const get = (link: URL) => request(desk.server).get(`${link.pathname}${link.search}`);

    it.each(['name', 'type', 'disposition', 'expires', 'signature'])(
      'that is worth nothing with another %s',
      async (part) => {
        const value = url.searchParams.get(part) ?? '';
        url.searchParams.set(part, part === 'expires' ? String(Number(value) + 1) : `${value}x`);
        await get(url).expect(403);
        url.searchParams.delete(part);
        await get(url).expect(403);
      },
    );

    it('that is worth nothing with one more parameter, a part given twice, or for another object', async () => {
      const [other] = (await objects()).filter((key) => !url.pathname.endsWith(key));
      const elsewhere = new URL(url);
      elsewhere.pathname = `/api/files/${other}`;
      await get(elsewhere).expect(403);
      const more = new URL(url);
      more.searchParams.append('x', '1');
      await get(more).expect(403);
      const twice = new URL(url);
      twice.searchParams.append('name', 'other.pdf');
      await get(twice).expect(403);
    });

    it('that does not outlive the file', async () => {
      const { body } = await desk.as(ana).get(`/tickets/${ticket.id}/attachments`);
      await desk.as(ana).delete(`/attachments/${body.items[0].id}`).expect(204);
      await get(url).expect(404);
    });
  });

  describe('are staged', () => {
    it('for their uploader alone, and then part of the ticket that they are opened with', async () => {
      const files = await stage(desk, ana, aFile('a.pdf'), aFile('b.pdf'));
      for (const file of files) expect(file).toMatchObject({ ticketId: null, messageId: null });
      await desk.as(agent).get(`/attachments/${files[0]?.id}`).expect(404);
      const opened = await openTicket(desk, ana, { attachmentIds: files.map(({ id }) => id) });
      expect(opened.attachmentCount).toBe(2);
      const { body } = await desk.as(agent).get(`/tickets/${opened.id}/messages`);
      const [message] = body.items as MessageDto[];
      expect(message?.attachments.map(({ filename }) => filename)).toEqual(['a.pdf', 'b.pdf']);
      for (const file of message?.attachments ?? [])
        expect(file).toMatchObject({ ticketId: opened.id, messageId: message?.id });
      await desk.as(agent).get(`/attachments/${files[0]?.id}`).expect(200);
    });

    it('and join one message, once', async () => {
      const [file] = await stage(desk, ana);
      const written = await write(desk, ana, ticket, { attachmentIds: [file?.id] });
      expect(written.attachments).toHaveLength(1);
      const again = { body: 'x', attachmentIds: [file?.id] };
      const { body } = await desk.as(ana).post(`/tickets/${ticket.id}/messages`, again).expect(400);
      expect(body.errors[0].pointer).toBe('/attachmentIds/0');
    });

    it('and join all or none', async () => {
      const [file] = await stage(desk, ana);
      const [foreign] = await stage(desk, agent);
      const body = { subject: 's', body: 'b', attachmentIds: [file?.id, foreign?.id] };
      const refused = await desk.as(ana).post('/tickets', body).expect(400);
      expect(refused.body.errors[0].pointer).toBe('/attachmentIds/1');
      const { body: still } = await desk.as(ana).get(`/attachments/${file?.id}`).expect(200);
      expect(still.ticketId).toBeNull();
    });

    it('and join the first of two messages that claim them at once', async () => {
      const [file] = await stage(desk, ana);
      const claim = () =>
        desk.as(ana).post(`/tickets/${ticket.id}/messages`, { body: 'mine', attachmentIds: [file?.id] });
      const answers = await Promise.all([claim(), claim()]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 400]);
    });

    it('and may be thrown away, object and all', async () => {
      const before = await objects();
      const [file] = await stage(desk, ana);
      await desk.as(ana).delete(`/attachments/${file?.id}`).expect(204);
      await desk.as(ana).get(`/attachments/${file?.id}`).expect(404);
      expect(await objects()).toEqual(before);
    });
  });

  describe('of a ticket', () => {
    it('are listed in the order in which they came, each with its message', async () => {
      const [first] = await upload(desk, ana, ticket, aFile('first.pdf'));
      const [second] = await stage(desk, agent, aFile('second.pdf'));
      const reply = await write(desk, agent, ticket, { attachmentIds: [second?.id] });
      const { body } = await desk.as(ana).get(`/tickets/${ticket.id}/attachments`).expect(200);
      expect(body.items).toEqual([first, { ...second, ticketId: ticket.id, messageId: reply.id }]);
      expect((await desk.as(ana).get(`/tickets/${ticket.id}`)).body.attachmentCount).toBe(2);
    });

    it('change its version and the instant of its last change when they come and when they go', async () => {
      const read = async () => {
        const { body, headers } = await desk.as(ana).get(`/tickets/${ticket.id}`).expect(200);
        return {
          version: body.version,
          updatedAt: Date.parse(body.updatedAt),
          etag: String(headers['etag']),
          body,
        };
      };
      const before = await read();
      desk.clock.advance(1_000);
      const added = await send(ana, `/tickets/${ticket.id}/attachments`, aFile(), aFile('b.pdf'))
        .set('If-Match', before.etag)
        .expect(201);
      const between = await read();
      expect(between).toMatchObject({ version: before.version + 1, etag: added.headers['etag'] });
      expect(between.updatedAt).toBeGreaterThan(before.updatedAt);
      expect(between.body.attachmentCount).toBe(2);
      desk.clock.advance(1_000);
      const path = `/attachments/${added.body.items[0].id}`;
      await desk.as(ana).delete(path).set('If-Match', before.etag).expect(412);
      await desk.as(ana).get(path).expect(200);
      const { headers } = await desk.as(ana).delete(path).set('If-Match', between.etag).expect(204);
      const after = await read();
      expect(after).toMatchObject({ version: before.version + 2, etag: headers['etag'] });
      expect(after.updatedAt).toBeGreaterThan(between.updatedAt);
    });

    it('that is closed take no more of its customer, but of the desk', async () => {
      await change(desk, agent, ticket, { status: 'closed' });
      await send(ana, `/tickets/${ticket.id}/attachments`, aFile()).expect(409);
      await send(agent, `/tickets/${ticket.id}/attachments`, aFile()).expect(201);
    });

    it('go when their uploader or an agent removes them, and only then', async () => {
      const before = await objects();
      const [mine] = await upload(desk, ana, ticket);
      const [second] = await stage(desk, agent);
      await write(desk, agent, ticket, { attachmentIds: [second?.id] });
      await desk.as(ana).delete(`/attachments/${second?.id}`).expect(403);
      await desk
        .as(await desk.signIn('customer'))
        .delete(`/attachments/${mine?.id}`)
        .expect(404);
      await desk.as(ana).delete(`/attachments/${mine?.id}`).expect(204);
      await desk.as(ana).delete(`/attachments/${mine?.id}`).expect(404);
      await desk.as(agent).delete(`/attachments/${second?.id}`).expect(204);
      expect(await objects()).toEqual(before);
      const { body } = await desk.as(agent).get(`/tickets/${ticket.id}/messages`);
      expect(body.items.flatMap(({ attachments }: MessageDto) => attachments)).toEqual([]);
    });

    it('are gone for their readers though the object could not be removed', async () => {
      const [file] = await upload(desk, ana, ticket);
      jest.spyOn(desk.storage, 'delete').mockRejectedValue(new StorageUnavailableError());
      await desk.as(ana).delete(`/attachments/${file?.id}`).expect(204);
      await desk.as(ana).get(`/attachments/${file?.id}`).expect(404);
      expect(await desk.log()).toContain('attachment.object-left');
    });

    it('of a note are the desk’s', async () => {
      const [file] = await stage(desk, agent);
      await note(desk, agent, ticket, { attachmentIds: [file?.id] });
      await desk.as(ana).get(`/attachments/${file?.id}`).expect(404);
    });
  });

  describe('are refused, and nothing of the request is kept:', () => {
    let rows: number;
    let keys: string[];
    beforeEach(async () => {
      rows = await rowCount();
      keys = await objects();
    });
    afterEach(async () => {
      expect(await rowCount()).toBe(rows);
      expect(await objects()).toEqual(keys);
      expect(staging()).toEqual([]);
    });

    const PATHS = ['/attachments', ''];
    const at = (path: string) => path || `/tickets/${ticket.id}/attachments`;

    it.each(PATHS)('10 MB and one byte %s', async (path) => {
      const { body } = await send(
        ana,
        at(path),
        aFile('ok.pdf'),
        aFile('big.txt', Buffer.alloc(10 * MB + 1, 'x')),
      ).expect(413);
      expect(body).toMatchObject({ type: expect.stringMatching(/\/too-large$/), limit: 10 * MB });
    });

    it.each(PATHS)('one of a wrong type among others %s', async (path) => {
      const { body } = await send(
        ana,
        at(path),
        aFile('ok.pdf'),
        aFile('run.pdf', Buffer.from('MZ\u0000\u0001')),
      ).expect(415);
      expect(body).toMatchObject({
        type: expect.stringMatching(/\/unsupported-type$/),
        errors: [{ pointer: '/attachments/1' }],
      });
    });

    it.each([
      ['nothing.png', ''],
      ['nothing', ''],
      ['archive.zip', 'PK\u0003\u0004'],
      ['noise.txt', '\u0000\u0001\u0002'],
    ])('%s', async (filename, content) => {
      await send(ana, '/attachments', aFile(filename, Buffer.from(content))).expect(415);
    });

    it('six files', async () => {
      await send(ana, '/attachments', ...Array.from({ length: 6 }, () => aFile())).expect(400);
    });

    it('no file, another field, and text in the field', async () => {
      await desk.as(ana).post('/attachments').field('note', 'x').expect(400);
      await desk.as(ana).post('/attachments').attach('files', aFile().content, 'a.pdf').expect(400);
      await desk.as(ana).post('/attachments').field('attachments', 'x').expect(400);
      await desk.as(ana).post('/attachments').expect(400);
    });

    it('while the storage is down, with 503', async () => {
      const put = jest.spyOn(desk.storage, 'put');
      put.mockImplementationOnce(put.getMockImplementation() ?? desk.storage.put.bind(desk.storage));
      put.mockRejectedValue(new StorageUnavailableError());
      const { body, headers } = await send(ana, at(''), aFile('a.pdf'), aFile('b.pdf')).expect(503);
      expect(body.type).toMatch(/\/storage-unavailable$/);
      expect(headers['retry-after']).toBeDefined();
    });

    it('while there is no place to stage them, with 503 and when to come again', async () => {
      const folder = join(desk.uploadDir, '.staging');
      rmSync(folder, { recursive: true, force: true });
      writeFileSync(folder, 'in the way');
      const { body, headers } = await send(ana, at(''), aFile()).expect(503);
      rmSync(folder);
      mkdirSync(folder);
      expect(body.type).toMatch(/\/storage-unavailable$/);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    });

    it('while the rows cannot be written', async () => {
      const put = jest.spyOn(desk.storage, 'put');
      jest.spyOn(TicketWriter.prototype, 'store').mockRejectedValue(new Error('disk full'));
      await send(ana, at(''), aFile('a.pdf'), aFile('b.pdf')).expect(500);
      expect(put).toHaveBeenCalledTimes(2);
    });

    it('by a ticket that is closed to its customer while they come in', async () => {
      const put = desk.storage.put.bind(desk.storage);
      jest.spyOn(desk.storage, 'put').mockImplementationOnce(async (...given) => {
        await change(desk, agent, ticket, { status: 'closed' });
        return put(...given);
      });
      await send(ana, at(''), aFile()).expect(409);
    });

    it('when they are based on another version of the ticket', async () => {
      await change(desk, agent, ticket, { priority: 'high' });
      const { body } = await send(ana, at(''), aFile()).set('If-Match', '"1"').expect(412);
      expect(body.current).toMatchObject({ id: ticket.id, version: 2 });
    });

    it('an upload that is broken off', async () => {
      const head = [
        `POST /api/attachments HTTP/1.1`,
        'Host: desk',
        `Authorization: Bearer ${ana.token}`,
        'Content-Type: multipart/form-data; boundary=b',
        'Content-Length: 100000',
        '',
        '--b',
        'Content-Disposition: form-data; name="attachments"; filename="a.txt"',
        '',
        'x'.repeat(1_000),
      ].join('\r\n');
      const socket = connect((desk.server.address() as AddressInfo).port, '127.0.0.1');
      await new Promise((written) => socket.write(head, written));
      while (staging().length === 0) await new Promise(setImmediate);
      socket.destroy();
      while (staging().length > 0) await new Promise(setImmediate);
    });
  });

  it('of 10 MB to the byte pass, and come back whole', async () => {
    const content = Buffer.alloc(10 * MB, 'x');
    const [file] = await upload(desk, ana, ticket, { filename: 'big.txt', content });
    expect(file).toMatchObject({ size: 10 * MB, sha256: sha256(content) });
    const { body } = await fetchFile(ana, file?.id ?? '');
    expect(sha256(body)).toBe(file?.sha256);
  });

  it('lie under keys that hold nothing of the sender’s', async () => {
    const before = new Set(await objects());
    await upload(desk, ana, ticket, aFile('../secret name.pdf'));
    const added = (await objects()).filter((key) => !before.has(key));
    expect(added).toEqual([expect.stringMatching(/^attachments\/[0-9a-f]{32}\.pdf$/)]);
  });
});

describe('a signed link', () => {
  it('dies after its hour', async () => {
    const now = Date.now;
    let offset = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + offset);
    const desk = await TestDesk.start();
    const ana = await desk.signIn('customer');
    const [file] = await stage(desk, ana);
    const { body } = await desk.as(ana).get(`/attachments/${file?.id}/link`).expect(200);
    offset = 3_590_000;
    await request(desk.server).get(body.url).expect(200);
    offset = 3_601_000;
    const late = await request(desk.server).get(body.url).expect(403);
    expect(late.body.type).toMatch(/\/link-expired$/);
    clock.mockRestore();
    await desk.close();
  });
});
