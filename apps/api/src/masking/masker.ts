import { ALLOWED_TYPES } from '../attachments/inspection/allowed-types';
import type { Row, Value } from '../transfer/row';
import { type TableShape, columnIndex } from '../transfer/tables';
import { normaliseEmail } from '../users/email';
import { LANGUAGES } from '../users/user.entity';
import { type Staff, maskLogValue } from './log-value';
import { MASKS, type Mask } from './mask-rules';
import { Masks } from './masks';

/** A row as nobody's; null for one that is left out. */
export type RowMask = (row: Row) => Row | null;

const TYPES: ReadonlySet<string> = new Set(ALLOWED_TYPES);
const LETTERS: ReadonlySet<string> = new Set(LANGUAGES);
const REASON = 'The reason is masked';
const OTHER_TYPE = 'application/octet-stream';

/**
 * Masks the rows of a desk by mask-rules.ts: for the same secret and the same row always the same.
 * @param secret whoever has it can tell whether a guess at what was masked is right
 * @param staff those whose names the log holds
 * @throws Error where a text has no rule: what nobody thought of must not get out
 */
export function masker(
  tables: readonly TableShape[],
  secret: Buffer,
  staff: Staff = new Map(),
): (table: TableShape) => RowMask {
  for (const table of tables) assertRules(table);
  const masks = new Masks(secret);
  return (table) => {
    const rules = MASKS[table.name] as 'left out' | Readonly<Record<string, Mask>>;
    if (rules === 'left out') return () => null;
    return (row) => {
      const of = (column: string): string => String(row[columnIndex(table, column)]);
      return table.columns.map(({ name }, place): Value => {
        const [value, rule] = [row[place] as Value, rules[name]];
        if (value === null || rule === undefined) return value;
        return masked(rule, String(value), { of, masks, staff });
      });
    };
  };
}

/** Whether rows of the table come in another order once they are masked: their key is. */
export const isReordered = ({ name, key }: TableShape): boolean => {
  const rules = MASKS[name];
  return rules !== 'left out' && key.some((column) => (rules?.[column] ?? 'choice') !== 'choice');
};

interface MaskedRow {
  of: (column: string) => string;
  masks: Masks;
  staff: Staff;
}

function masked(rule: Mask, value: string, { of, masks, staff }: MaskedRow): Value {
  switch (rule) {
    case 'choice':
      return value;
    case 'id':
      return masks.id(value);
    case 'address':
      return masks.person(value).email;
    case 'own address':
      return masks.person(of('email_norm')).email;
    case 'normalised address':
      return normaliseEmail(masks.person(value).email);
    case 'name':
      return masks.person(of('email_norm')).name;
    case 'subject':
      return masks.subject(value);
    case 'prose':
      return masks.prose(value);
    case 'tag':
      return masks.tag(value);
    case 'filename':
      return masks.filename(value);
    case 'storage key':
      return masks.storageKey(value);
    case 'sha256':
      return masks.sha256(value);
    case 'log value':
      return maskLogValue(of('type'), value, masks, staff);
    case 'mime type':
      return TYPES.has(value) ? value : OTHER_TYPE;
    case 'language':
      return LETTERS.has(value) ? value : null;
    case 'nothing':
      return null;
    case 'mail status':
      return value === 'queued' ? 'suppressed' : value;
    case 'reason':
      return REASON;
  }
}

function assertRules(table: TableShape): void {
  const rules = MASKS[table.name];
  if (rules === 'left out') return;
  const texts = table.columns.filter(({ kind }) => kind === 'text').map(({ name }) => name);
  const unruled = texts.filter((column) => rules?.[column] === undefined);
  const unknown = Object.keys(rules ?? {}).filter((column) => !texts.includes(column));
  // A word that no CHECK holds to our own may be anybody's.
  const free = texts.filter(
    (column) =>
      rules?.[column] === 'choice' &&
      !table.checks.some(({ condition }) => condition.startsWith(`"${column}" IN (`)),
  );
  if (rules === undefined || unruled.length + unknown.length + free.length > 0)
    throw new Error(
      `Nobody has said how to mask ${table.name}: ${[...unruled, ...unknown, ...free].join(', ')}; see mask-rules.ts`,
    );
}
