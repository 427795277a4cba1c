const LENGTH = 160;

/** The beginning of a Markdown text as one plain line: marks go, link texts stay. */
export function plainSnippet(markdown: string): string {
  const plain = markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/[*`~]{1,3}(?=\S)|(?<=\S)[*`~]{1,3}/g, '')
    // Inside a word it is part of it: error_log.txt.
    .replace(/(?<![\p{L}\p{N}])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\p{L}\p{N}])/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain.length <= LENGTH) return plain;
  return `${plain
    .slice(0, LENGTH)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`;
}
