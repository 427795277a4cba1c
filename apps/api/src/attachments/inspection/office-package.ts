import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { accept, type Inspection, refuse } from './allowed-types';
import { DamagedFileError, type FileReader } from './file-reader';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const CONTENT_TYPES = '[Content_Types].xml';

const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024;
const MAX_CONTENT_TYPES_BYTES = 1024 * 1024;

interface Entry {
  name: string;
  flags: number;
  method: number;
  packedSize: number;
  /** Where its local header begins. */
  offset: number;
}

const inflate = promisify(inflateRaw);

/**
 * Tells Word and Excel documents from other ZIP files by what Office itself goes by: the central directory and the
 * content types (ECMA-376 part 2). Nothing but that one part is unpacked.
 */
export async function inspectOfficePackage(reader: FileReader): Promise<Inspection> {
  try {
    const entries = await readDirectory(reader);
    const described = entries.filter(({ name }) => name.toLowerCase() === CONTENT_TYPES.toLowerCase());
    const [first] = described;
    if (!first) return refuse('type');
    if (described.length > 1) return refuse('damaged');
    const types = contentTypes(await unpack(reader, first));
    const program = entries.some(({ name }) => /(^|\/)vba(project|data)[^/]*$/i.test(name));
    if (program || types.some((type) => /macro|vba/.test(type))) return refuse('macros');
    if (types.includes(`${DOCX}.main+xml`)) return accept(DOCX);
    if (types.includes(`${XLSX}.main+xml`)) return accept(XLSX);
    return refuse('type');
  } catch (error) {
    if (error instanceof DamagedFileError) return refuse('damaged');
    throw error;
  }
}

/** All content types that the package names, in lower case. One that hides behind character references is damaged. */
function contentTypes(xml: string): string[] {
  const types = [...xml.matchAll(/ContentType\s*=\s*(?:"([^"]*)"|'([^']*)')/gi)].map(([, double, single]) =>
    (double ?? single ?? '').trim().toLowerCase(),
  );
  if (types.some((type) => type.includes('&'))) throw new DamagedFileError('A content type is disguised.');
  return types;
}

/** ZIP, APPNOTE.TXT 4.3.12 and 4.3.16; without ZIP64, which begins where our limit ends. */
async function readDirectory(reader: FileReader): Promise<Entry[]> {
  const tailAt = Math.max(0, reader.size - 65_557);
  const tail = await reader.upTo(tailAt, 65_557);
  const end = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0 || end + 22 > tail.length) throw new DamagedFileError('There is no directory.');
  const size = tail.readUInt32LE(end + 12);
  if (size > MAX_DIRECTORY_BYTES) throw new DamagedFileError('The directory is too large.');
  const directory = await reader.exactly(tail.readUInt32LE(end + 16), size);

  const entries: Entry[] = [];
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50) {
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    entries.push({
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      packedSize: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, nameEnd).replaceAll('\\', '/'),
    });
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  if (entries.length !== tail.readUInt16LE(end + 10))
    throw new DamagedFileError('The directory is not whole.');
  return entries;
}

async function unpack(reader: FileReader, entry: Entry): Promise<string> {
  const encrypted = (entry.flags & 1) === 1;
  if (encrypted || entry.packedSize > MAX_CONTENT_TYPES_BYTES)
    throw new DamagedFileError('It cannot be read.');
  const header = await reader.exactly(entry.offset, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new DamagedFileError('The directory points to nothing.');
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = await reader.exactly(start, entry.packedSize);
  switch (entry.method) {
    case 0:
      return packed.toString('utf8');
    case 8:
      return inflate(packed, { maxOutputLength: MAX_CONTENT_TYPES_BYTES }).then(
        (bytes) => bytes.toString('utf8'),
        (cause: unknown) => {
          throw new DamagedFileError('It cannot be unpacked.', { cause });
        },
      );
    default:
      throw new DamagedFileError('It is packed in an unusual way.');
  }
}
