/** A condition that only says which values a column may have. */
export type Limit = { column: string; among: string[] } | { column: string; from: number; to: number };

/**
 * One way to write a CHECK or the condition of a partial index, whichever engine tells it: no quotes around names, no casts,
 * no needless brackets, `x IN ['a', 'b']`, `x BETWEEN 0 AND 3`.
 */
export function normalCondition(sql: string): string {
  const text = sql
    .replace(/^\s*CHECK\s*/i, '')
    .replace(/::(?:character varying|text|smallint|integer|bigint)(?:\[\])?/g, '')
    .replace(/"(\w+)"/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/(?<!\w)\((\w+)\)(?= )/g, '$1')
    .replace(/ = ANY (?:\(ARRAY\[([^\]]*)\]\)|\(\(ARRAY\[([^\]]*)\]\)\))/g, ' IN [$1$2]')
    .replace(/ IN \(([^()]*)\)/gi, ' IN [$1]');
  return withoutBrackets(text)
    .trim()
    .replace(/(\w+) >= (-?\d+) AND \1 <= (-?\d+)/g, '$1 BETWEEN $2 AND $3');
}

/** With nothing but AND between them, brackets say nothing. */
function withoutBrackets(text: string): string {
  const saysMore = /\bOR\b|\bNOT (?!NULL)/i.test(text);
  const brackets = saysMore ? /^\(([^()]*)\)$/ : /(?<!\w)\(([^()]*)\)/;
  for (let now = text; ;) {
    const next = now.trim().replace(brackets, '$1');
    if (next === now) return now;
    now = next;
  }
}

/** @param condition in the words of normalCondition(). @returns null for one that says more than that */
export function limitOf(condition: string): Limit | null {
  const among = /^(\w+) IN \[([^\]]*)\]$/.exec(condition);
  if (among) return { column: among[1] as string, among: literals(among[2] as string) };
  const one = /^(\w+) = (-?\d+|'[^']*')$/.exec(condition);
  if (one) return { column: one[1] as string, among: literals(one[2] as string) };
  const range = /^(\w+) BETWEEN (-?\d+) AND (-?\d+)$/.exec(condition);
  return range ? { column: range[1] as string, from: Number(range[2]), to: Number(range[3]) } : null;
}

const literals = (list: string): string[] =>
  [...list.matchAll(/'([^']*)'|(-?\d+)/g)].map(([all, text]) => text ?? all);
