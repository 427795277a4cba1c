import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../database/sqlite';
import { tablesOf } from '../transfer/tables';
import { type ArchivedTable, contentsOf } from './contents';
import { DICTIONARY } from './dictionary';
import { referenceOf } from './readme';

const DOCUMENT = join(__dirname, '../../../../docs/data-export.md');
const [BEGIN, END] = ['<!-- reference: begin -->', '<!-- reference: end -->'];

describe('the reference of what an export holds', () => {
  let tables: ArchivedTable[];
  beforeAll(async () => {
    const dataSource = await openSqlite(':memory:');
    tables = contentsOf(tablesOf(dataSource), true);
    await dataSource.destroy();
  });

  it('says of each table and column what it is, and of no other', () => {
    const described = Object.entries(DICTIONARY).map(([name, { columns }]) => [name, Object.keys(columns)]);
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(tables.map(({ shape, columns }) => [shape.name, columns.map(({ name }) => name)])),
    );
    for (const { about, columns } of Object.values(DICTIONARY))
      for (const words of [about, ...Object.values(columns)]) expect(words).toMatch(/^\S.*\.$/);
  });

  it('is in docs/data-export.md as the code has it', () => {
    const text = readFileSync(DOCUMENT, 'utf8');
    const written = text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
    expect(cells(written)).toEqual(cells(referenceOf(tables)));
  });
});

/** Without the blanks by which prettier makes columns of a table. */
const cells = (markdown: string): string[] =>
  markdown
    .split('\n')
    .map((line) =>
      line
        .replace(/\s*\|\s*/g, '|')
        .replace(/-{3,}/g, '---')
        .trim(),
    )
    .filter((line) => line !== '');
