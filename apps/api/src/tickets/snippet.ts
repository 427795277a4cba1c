const LENGTH = 160;

/** The beginning of a Markdown text as one plain line: marks go, link texts stay. */
export function plainSnippet(markdown: string): string {
  // A list makes one for each row, and most texts have no mark: to look for one first is a sixth of the work.
  let plain = markdown;
  if (plain.includes('[')) plain = plain.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1');
  plain = plain.replace(/^\s*(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '');
  if (/[*`~]/.test(plain)) plain = plain.replace(/[*`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}/g, '');
  // Inside a word it is part of it: error_log.txt.
  if (plain.includes('_'))
    plain = plain.replace(/(?<![\p{L}\p{N}])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\p{L}\p{N}])/gu, '');
  plain = plain.replace(/\s{2,}|[^\S ]/g, ' ').trim();
  if (plain.length <= LENGTH) return plain;
  return `${plain
    .slice(0, LENGTH)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}
