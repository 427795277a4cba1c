import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aCompoundFile, anOfficeFile, aZip, sampleFiles } from '@liftdesk/testing';
import fc from 'fast-check';
import { ALLOWED_TYPES } from './allowed-types';
import { inspectFile } from './inspect-file';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const UTF16 = Buffer.from('\ufeffgrün, 緑\r\n', 'utf16le');

describe('inspectFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inspect-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function inspect(content: Buffer | string, filename = 'file.bin'): Promise<string> {
    const path = join(folder, 'staged');
    await writeFile(path, content);
    const result = await inspectFile(path, filename);
    return result.ok ? result.mimeType : `refused: ${result.refusal}`;
  }

  it.each<[string, Buffer, string]>([
    ['a PNG', sampleFiles.png(), 'image/png'],
    ['a JPEG', sampleFiles.jpeg(), 'image/jpeg'],
    ['a GIF', sampleFiles.gif(), 'image/gif'],
    ['a WebP', sampleFiles.webp(), 'image/webp'],
    ['a PDF', sampleFiles.pdf(), 'application/pdf'],
    ['a PDF after a blank line', Buffer.concat([Buffer.from('\r\n'), sampleFiles.pdf()]), 'application/pdf'],
    [
      'a PDF after a byte order mark',
      Buffer.concat([Buffer.from('\ufeff'), sampleFiles.pdf()]),
      'application/pdf',
    ],
    ['a Word document', sampleFiles.docx(), DOCX],
    ['an Excel sheet', sampleFiles.xlsx(), XLSX],
    ['an old Word document', sampleFiles.doc(), 'application/msword'],
    ['an old Excel sheet', sampleFiles.xls(), 'application/vnd.ms-excel'],
    ['an Excel 5 sheet', aCompoundFile(['Book']), 'application/vnd.ms-excel'],
    [
      'Word with a sheet embedded',
      aCompoundFile(['WordDocument'], { nested: ['Workbook'] }),
      'application/msword',
    ],
    [
      '8 MB of Word, its directory at the end',
      aCompoundFile(['WordDocument'], { sectorsBefore: 16_000 }),
      'application/msword',
    ],
  ])('knows %s by its bytes, whatever its name', async (_what, bytes, type) => {
    await expect(inspect(bytes, 'harmless.txt')).resolves.toBe(type);
    await expect(inspect(bytes, 'program.exe')).resolves.toBe(type);
  });

  it.each<[string, Buffer | string, string, string]>([
    ['a letter', 'Hello,\r\n\tit is broken.\f', 'letter.txt', 'text/plain'],
    ['text in any script', '壊れています 😀\n', 'a', 'text/plain'],
    ['UTF-8 with a byte order mark', '\ufeffa;b', 'a.txt', 'text/plain'],
    ['UTF-16', UTF16, 'a.txt', 'text/plain'],
    ['UTF-16, big end first', Buffer.from(UTF16).swap16(), 'a.txt', 'text/plain'],
    ['a table', 'a,b\n1,2\n', 'table.CSV', 'text/csv'],
    ['a table in UTF-16', UTF16, 'table.csv', 'text/csv'],
    ['a table without the name', 'a,b\n1,2\n', 'table.txt', 'text/plain'],
    ['HTML', '<!doctype html><script>alert(1)</script>', 'a.html', 'text/plain'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'a.svg', 'text/plain'],
    ['XML', '<?xml version="1.0"?><svg/>', 'a.png', 'text/plain'],
    ['a script', '#!/bin/sh\nrm -rf /\n', 'a.sh', 'text/plain'],
    ['text that begins as a GIF does', 'GIF89a=1;alert(1)', 'a.gif', 'text/plain'],
    ['text that begins as a bitmap does', 'BMW is late', 'a.txt', 'text/plain'],
    ['text that begins as a program does', 'MZ is a car plate', 'a.txt', 'text/plain'],
    ['an empty text', '', 'a.txt', 'text/plain'],
    ['an empty table', '', 'a.csv', 'text/csv'],
  ])('takes %s for text at most', async (_what, content, name, type) => {
    await expect(inspect(content, name)).resolves.toBe(type);
  });

  it.each<[string, Buffer | string, string]>([
    ['an empty photo', '', 'empty'],
    ['a program', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), 'type'],
    ['an ELF program', Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(60)]), 'type'],
    ['a bare ZIP', aZip({ 'a.txt': 'x' }), 'type'],
    ['a Java archive', aZip({ 'META-INF/MANIFEST.MF': 'x', 'A.class': 'x' }), 'type'],
    [
      'slides',
      anOfficeFile(
        'ppt',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml',
      ),
      'type',
    ],
    [
      'a template',
      anOfficeFile(
        'word',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml',
      ),
      'type',
    ],
    [
      'Word with macros',
      anOfficeFile('word', 'application/vnd.ms-word.document.macroEnabled.main+xml'),
      'macros',
    ],
    [
      'Excel with macros',
      anOfficeFile('xl', 'application/vnd.ms-excel.sheet.macroEnabled.main+xml'),
      'macros',
    ],
    [
      'Word with a program inside',
      anOfficeFile('word', `${DOCX}.main+xml`, ['word/vbaProject.bin']),
      'macros',
    ],
    ['a disguised content type', anOfficeFile('word', `${DOCX}.main+x&#109;l`), 'damaged'],
    ['half a Word document', sampleFiles.docx().subarray(0, 300), 'damaged'],
    ['old Word with macros', aCompoundFile(['WordDocument', 'Macros']), 'macros'],
    ['old Excel with macros', aCompoundFile(['Workbook', '_VBA_PROJECT_CUR']), 'macros'],
    ['an installer', aCompoundFile(['!_StringData']), 'type'],
    ['an encrypted document', aCompoundFile(['EncryptedPackage', 'EncryptionInfo']), 'type'],
    ['both at once', aCompoundFile(['WordDocument', 'Workbook']), 'type'],
    ['the head of an old Word document', sampleFiles.doc().subarray(0, 600), 'damaged'],
    ['RTF', '{\\rtf1 hello}', 'type'],
    ['PostScript', '%!PS-Adobe-3.0\n', 'type'],
    ['text with a NUL', 'hello\0', 'type'],
    ['text with an escape', 'hello \x1b[31m', 'type'],
    ['broken UTF-8', Buffer.from([0x61, 0xc3, 0x28]), 'type'],
    ['UTF-8 cut in a character', Buffer.from('緑').subarray(0, 2), 'type'],
    ['a bitmap', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), 'type'],
    ['an SVG packed by gzip', Buffer.from('1f8b0800000000000003', 'hex'), 'type'],
    ['a NUL after a megabyte of text', `${'a'.repeat(1_048_576)}\0`, 'type'],
  ])('refuses %s', async (_what, content, refusal) => {
    await expect(inspect(content, 'photo.jpg')).resolves.toBe(`refused: ${refusal}`);
  });

  it('reads characters that lie across two pieces', async () => {
    await expect(inspect(`a${'緑'.repeat(100_000)}`)).resolves.toBe('text/plain');
  });

  it('does not run in circles in a compound file that points at itself', async () => {
    const circle = aCompoundFile(['WordDocument']);
    circle.writeUInt32LE(0, 512 + 512 * 1);
    await expect(inspect(circle)).resolves.toBe('refused: damaged');
    const tables = aCompoundFile(['WordDocument'], { sectorsBefore: 16_000 });
    const lists = tables.readUInt32LE(68);
    tables.writeUInt32LE(lists, (lists + 1) * 512 + 508);
    await expect(inspect(tables)).resolves.toMatch(/msword|damaged/);
    const siblings = aCompoundFile(['WordDocument', 'b']);
    siblings.writeUInt32LE(1, 512 + 2 * 128 + 68);
    await expect(inspect(siblings)).resolves.toBe('refused: damaged');
  });

  it('does not unpack a bomb', async () => {
    const bomb = aZip({ '[Content_Types].xml': ' '.repeat(50_000_000) });
    await expect(inspect(bomb)).resolves.toBe('refused: damaged');
  });

  it('answers for any damage to any file, with an allowed type or a refusal', async () => {
    const samples = Object.values(sampleFiles).map((make) => make());
    const damage = fc.record({
      which: fc.nat({ max: samples.length - 1 }),
      keep: fc.double({ min: 0.1, max: 1, noNaN: true }),
      pokes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ which, keep, pokes }) => {
        const whole = samples[which] ?? Buffer.alloc(0);
        const bytes = Buffer.from(whole.subarray(0, Math.ceil(whole.length * keep)));
        for (const [at, value] of pokes) bytes[at % bytes.length] = value;
        const said = await inspect(bytes);
        expect([...ALLOWED_TYPES, 'refused: type', 'refused: damaged', 'refused: macros']).toContain(said);
      }),
      { numRuns: 300 },
    );
  });
});
