import { accept, type Inspection, refuse } from './allowed-types';
import { DamagedFileError, type FileReader } from './file-reader';

/** Sector numbers from here on are marks, not sectors. */
const MAX_SECTOR = 0xfffffffa;
const NO_ENTRY = 0xffffffff;
const MAX_DIRECTORY_SECTORS = 512;
const ENTRY_BYTES = 128;

interface Entry {
  name: string;
  left: number;
  right: number;
  child: number;
}

/**
 * Tells Word and Excel files before 2007 from everything else that is a compound file (installers, mails,
 * presentations, encrypted documents) by the names in its root folder. MS-CFB 2.2 to 2.6; reads header, sector
 * tables and directory, each within bounds.
 */
export async function inspectCompoundFile(reader: FileReader): Promise<Inspection> {
  try {
    const names = rootNames(await readDirectory(reader));
    if (names.has('macros') || names.has('_vba_project_cur')) return refuse('macros');
    const isWord = names.has('worddocument');
    const isExcel = names.has('workbook') || names.has('book');
    if (isWord === isExcel) return refuse('type');
    return accept(isWord ? 'application/msword' : 'application/vnd.ms-excel');
  } catch (error) {
    if (error instanceof DamagedFileError) return refuse('damaged');
    throw error;
  }
}

/** The names that lie directly in the root, in lower case: what an embedded document has inside is its own affair. */
function rootNames(entries: Entry[]): Set<string> {
  const names = new Set<string>();
  const seen = new Set<number>();
  const open = [entries[0]?.child ?? NO_ENTRY];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (index === NO_ENTRY) continue;
    const entry = entries[index];
    if (!entry || seen.has(index)) throw new DamagedFileError('The directory is no tree.');
    seen.add(index);
    names.add(entry.name.toLowerCase());
    open.push(entry.left, entry.right);
  }
  return names;
}

async function readDirectory(reader: FileReader): Promise<Entry[]> {
  const header = await reader.exactly(0, 512);
  const shift = header.readUInt16LE(30);
  if (shift !== 9 && shift !== 12) throw new DamagedFileError('The sector size is not one of the two.');
  const sectorSize = 1 << shift;
  const table = await SectorTable.read(reader, header, sectorSize);

  const entries: Entry[] = [];
  const seen = new Set<number>();
  for (let sector = header.readUInt32LE(48); sector < MAX_SECTOR; sector = await table.next(sector)) {
    if (seen.has(sector) || seen.size >= MAX_DIRECTORY_SECTORS)
      throw new DamagedFileError('The directory has no end.');
    seen.add(sector);
    const bytes = await reader.exactly((sector + 1) * sectorSize, sectorSize);
    for (let at = 0; at < sectorSize; at += ENTRY_BYTES) entries.push(readEntry(bytes, at));
  }
  return entries;
}

function readEntry(bytes: Buffer, at: number): Entry {
  const nameBytes = Math.min(Math.max(bytes.readUInt16LE(at + 64) - 2, 0), 64);
  return {
    name: bytes.toString('utf16le', at, at + nameBytes),
    left: bytes.readUInt32LE(at + 68),
    right: bytes.readUInt32LE(at + 72),
    child: bytes.readUInt32LE(at + 76),
  };
}

/** Which sector follows which. Only the numbers asked for are read. */
class SectorTable {
  private constructor(
    private readonly reader: FileReader,
    private readonly sectorSize: number,
    /** The sectors that hold the table, in order. */
    private readonly sectors: number[],
  ) {}

  static async read(reader: FileReader, header: Buffer, sectorSize: number): Promise<SectorTable> {
    const sectors = numbers(header.subarray(76, 512));
    // No file can need more than this, so no list that runs in a circle is followed for long.
    const enough = Math.ceil(reader.size / sectorSize / (sectorSize / 4));
    for (let more = header.readUInt32LE(68); more < MAX_SECTOR && sectors.length < enough;) {
      const piece = numbers(await reader.exactly((more + 1) * sectorSize, sectorSize));
      more = piece.pop() ?? MAX_SECTOR;
      sectors.push(...piece);
    }
    return new SectorTable(reader, sectorSize, sectors);
  }

  async next(sector: number): Promise<number> {
    const perSector = this.sectorSize / 4;
    const holder = this.sectors[Math.floor(sector / perSector)];
    if (holder === undefined || holder >= MAX_SECTOR)
      throw new DamagedFileError('A sector is not in the table.');
    const position = (holder + 1) * this.sectorSize + (sector % perSector) * 4;
    return (await this.reader.exactly(position, 4)).readUInt32LE(0);
  }
}

function numbers(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32LE(index * 4));
}
