/** Texts that were translated; ours are constant but for lists with filters, of which there are some hundred. */
const CACHE_SIZE = 2_000;

const translated = new Map<string, string>();

/**
 * SQL with `?` for its values as PostgreSQL takes it: `$1`, `$2` … in order. What stands in quotes and in comments stays.
 * All our SQL is written with `?`; TypeORM's own comes with `$n` already and passes unchanged.
 */
export function numberPlaceholders(sql: string): string {
  const known = translated.get(sql);
  if (known !== undefined) return known;
  const numbered = translate(sql);
  if (translated.size >= CACHE_SIZE) translated.delete(translated.keys().next().value as string);
  translated.set(sql, numbered);
  return numbered;
}

/** A literal, a name, a comment to the end of its line or between its signs, or a placeholder. */
const PARTS = /'[^']*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\/|\?/g;

function translate(sql: string): string {
  let count = 0;
  return sql.replace(PARTS, (part) => (part === '?' ? `$${(count += 1)}` : part));
}
