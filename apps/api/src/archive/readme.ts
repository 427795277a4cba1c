import type { ColumnShape } from '../transfer/tables';
import type { ArchivedTable } from './contents';
import { DICTIONARY } from './dictionary';

const BEGINNING = `This is a whole help desk, exported from Liftdesk: its people, tickets, messages and files.

  manifest.json       what is here: version, and of each table its rows, bytes, SHA-256 and columns
  data/<table>.ndjson one table each, a JSON object a line, in UTF-8 and in the order of its key
  files/<id>.<type>   the attachments; <id> is the id in data/attachment.ndjson, where their names are
  SHA256SUMS          of everything else: sha256sum -c SHA256SUMS

Numbers are whole. An instant is a text such as 2026-11-26T04:00:00.000Z (UTC, ISO 8601). A column that ends in _rid holds
the rid of a row of another table. It is personal data: keep it as you would keep the desk itself.
`;

/** The text that explains an archive from within. */
export function readmeOf(tables: readonly ArchivedTable[]): string {
  const chapters = tables.map(({ shape, columns }) => {
    const words = DICTIONARY[shape.name];
    const lines = columns.map((column) =>
      `  ${column.name} (${typeOf(column)}) ${words?.columns[column.name] ?? ''}`.trimEnd(),
    );
    return [`data/${shape.name}.ndjson`, `  ${words?.about ?? ''}`.trimEnd(), '', ...lines].join('\n');
  });
  return `${[BEGINNING, ...chapters].join('\n\n')}\n`.replaceAll('`', "'");
}

/** The same as tables of Markdown, for people who look it up. */
export function referenceOf(tables: readonly ArchivedTable[]): string {
  const chapters = tables.map(({ shape, columns }) => {
    const words = DICTIONARY[shape.name];
    const rows = columns.map(
      (column) => `| \`${column.name}\` | ${typeOf(column)} | ${words?.columns[column.name] ?? ''} |`,
    );
    const key = shape.key.map((name) => `\`${name}\``).join(', ');
    return [
      `### data/${shape.name}.ndjson`,
      `${words?.about ?? ''} Key, and order: ${key}.`,
      ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n'),
    ].join('\n\n');
  });
  return `${chapters.join('\n\n')}\n`;
}

/** As a reader of JSON meets it. */
export function typeOf({ kind, isInstant, maxLength, nullable }: ColumnShape): string {
  const type = isInstant
    ? 'instant'
    : kind === 'integer'
      ? 'number'
      : maxLength === null
        ? 'text'
        : `text, at most ${maxLength} characters`;
  return nullable ? `${type}, or null` : type;
}
