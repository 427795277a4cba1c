import { crc32, deflateRawSync } from 'node:zlib';

/** Small whole files of each kind that a desk sees. The images are one pixel and really decode; the PDF has one page. */
export const sampleFiles = {
  png: (): Buffer =>
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  jpeg: (): Buffer =>
    Buffer.from(
      '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////' +
        '////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
      'base64',
    ),
  gif: (): Buffer => Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  webp: (): Buffer => Buffer.from('UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA', 'base64'),
  pdf: aPdf,
  docx: (): Buffer => anOfficeFile('word', `${WORD}.document.main+xml`),
  xlsx: (): Buffer => anOfficeFile('xl', `${SHEET}.sheet.main+xml`),
  /** Word and Excel before 2007. */
  doc: (): Buffer => aCompoundFile(['WordDocument', '1Table']),
  xls: (): Buffer => aCompoundFile(['Workbook']),
};

const OPEN_XML = 'application/vnd.openxmlformats-officedocument';
const WORD = `${OPEN_XML}.wordprocessingml`;
const SHEET = `${OPEN_XML}.spreadsheetml`;

function aPdf(text = 'Liftdesk'): Buffer {
  const page = `BT /F1 24 Tf 40 100 Td (${text.replace(/[()\\]/g, '')}) Tj ET`;
  const font = '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>';
  const bodies = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 ${font}>>>>>>`,
    `<</Length ${page.length}>>stream\n${page}\nendstream`,
  ];
  const offsets: number[] = [];
  let file = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  bodies.forEach((body, index) => {
    offsets.push(file.length);
    file += `${index + 1} 0 obj${body}endobj\n`;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const trailer = `trailer<</Size 5/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(`${file}xref\n0 5\n0000000000 65535 f \n${table}${trailer}`, 'latin1');
}

/** An Office Open XML package with a main part of this content type, e.g. a macro-enabled one, and more parts by name. */
export function anOfficeFile(folder: 'word' | 'xl' | 'ppt', mainType: string, parts: string[] = []): Buffer {
  const main = `${folder}/main.xml`;
  const types =
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' +
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
    '<Default Extension="xml" ContentType="application/xml"/>' +
    `<Override PartName="/${main}" ContentType="${mainType}"/></Types>`;
  const named = Object.fromEntries([main, ...parts].map((part) => [part, '<x/>']));
  return aZip({ '[Content_Types].xml': types, '_rels/.rels': '<Relationships/>', ...named });
}

export function aZip(entries: Record<string, string | Buffer>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const head = [Buffer.from('PK\x03\x04'), common, path, packed];
    local.push(...head);
    central.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, tail, path);
    offset += head.reduce((sum, part) => sum + part.length, 0);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(Object.keys(entries).length, 8);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

export interface CompoundFileOptions {
  /** Empty sectors of 512 bytes before the directory, to push it to the far end of a large file. */
  sectorsBefore?: number;
  /** Entries that lie in a folder of the root, as an embedded document does. */
  nested?: string[];
}

const SECTOR = 512;
const FREE = 0xffffffff;
const END = 0xfffffffe;

/** A compound file (MS-CFB version 3) whose root has streams of these names. */
export function aCompoundFile(
  names: string[],
  { sectorsBefore = 0, nested = [] }: CompoundFileOptions = {},
): Buffer {
  const folder = nested.length > 0 ? ['ObjectPool'] : [];
  const entries = ['Root Entry', ...names, ...folder, ...nested];
  const directorySectors = Math.ceil(entries.length / 4);
  const used = sectorsBefore + directorySectors;
  const fatSectors = Math.ceil((used + used / 100 + 10) / 128);
  const difatSectors = Math.max(0, Math.ceil((fatSectors - 109) / 127));
  const file = Buffer.alloc((1 + used + fatSectors + difatSectors) * SECTOR, 0);
  const at = (sector: number) => (sector + 1) * SECTOR;
  const fatAt = (index: number) => used + index;

  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file);
  file.writeUInt16LE(0x3e, 24);
  file.writeUInt16LE(3, 26);
  file.writeUInt16LE(0xfffe, 28);
  file.writeUInt16LE(9, 30);
  file.writeUInt16LE(6, 32);
  file.writeUInt32LE(fatSectors, 44);
  file.writeUInt32LE(sectorsBefore, 48);
  file.writeUInt32LE(4096, 56);
  file.writeUInt32LE(END, 60);
  file.writeUInt32LE(difatSectors > 0 ? used + fatSectors : END, 68);
  file.writeUInt32LE(difatSectors, 72);
  for (let i = 0; i < 109; i++) file.writeUInt32LE(i < fatSectors ? fatAt(i) : FREE, 76 + 4 * i);
  for (let d = 0; d < difatSectors; d++) {
    const base = at(used + fatSectors + d);
    for (let i = 0; i < 127; i++) {
      const index = 109 + d * 127 + i;
      file.writeUInt32LE(index < fatSectors ? fatAt(index) : FREE, base + 4 * i);
    }
    file.writeUInt32LE(d + 1 < difatSectors ? used + fatSectors + d + 1 : END, base + 508);
  }
  for (let sector = 0; sector < fatSectors * 128; sector++) {
    const next = sector >= used || sector < sectorsBefore ? FREE : sector + 1 === used ? END : sector + 1;
    file.writeUInt32LE(next, at(fatAt(0)) + 4 * sector);
  }
  const firstNested = names.length + 2;
  entries.forEach((name, index) => {
    const base = at(sectorsBefore) + index * 128;
    file.write(name, base, 'utf16le');
    file.writeUInt16LE(name.length * 2 + 2, base + 64);
    const isRoot = index === 0;
    const isFolder = folder.length > 0 && index === names.length + 1;
    file[base + 66] = isRoot ? 5 : isFolder ? 1 : 2;
    const last = index === names.length + folder.length || index === entries.length - 1;
    file.writeUInt32LE(FREE, base + 68);
    file.writeUInt32LE(isRoot || last ? FREE : index + 1, base + 72);
    file.writeUInt32LE(isRoot ? 1 : isFolder ? firstNested : FREE, base + 76);
  });
  return file;
}
