import type { IconName } from '../../shared/ui/icon/icons';

/** A text with the part that is selected. */
export interface Selected {
  text: string;
  start: number;
  end: number;
}

/** What a tool puts in: `insert` takes the place of `from` to `to`, then `start` to `end` is selected. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
  start: number;
  end: number;
}

export type ToolName = 'bold' | 'italic' | 'link' | 'list' | 'quote' | 'code';

export const TOOLS: readonly { name: ToolName; label: string; icon: IconName; keys?: string }[] = [
  { name: 'bold', label: 'Bold', icon: 'bold', keys: 'b' },
  { name: 'italic', label: 'Italic', icon: 'italic', keys: 'i' },
  { name: 'link', label: 'Link', icon: 'link' },
  { name: 'list', label: 'List', icon: 'list' },
  { name: 'quote', label: 'Quote', icon: 'quote' },
  { name: 'code', label: 'Code', icon: 'code' },
];

/** The edit a tool makes; used twice it takes its marks back. */
export function editFor(tool: ToolName, selected: Selected): Edit {
  switch (tool) {
    case 'bold':
      return wrap(selected, '**');
    case 'italic':
      return wrap(selected, '*');
    case 'code':
      return selected.text.slice(selected.start, selected.end).includes('\n')
        ? fence(selected)
        : wrap(selected, '`');
    case 'link':
      return link(selected, 'https://');
    case 'list':
      return prefix(selected, '- ');
    case 'quote':
      return prefix(selected, '> ');
  }
}

/** A web address pasted over words makes a link of them; null when it is ordinary pasting. */
export function pastedLink(selected: Selected, pasted: string): Edit | null {
  const words = selected.text.slice(selected.start, selected.end);
  if (!/^https?:\/\/\S+$/.test(pasted.trim()) || !words.trim() || /^https?:\/\//.test(words.trim()))
    return null;
  const edit = link(selected, pasted.trim());
  const after = edit.from + edit.insert.length;
  return { ...edit, start: after, end: after };
}

function wrap({ text, start, end }: Selected, mark: string): Edit {
  const inner = text.slice(start, end);
  const size = mark.length;
  if (text.slice(start - size, start) === mark && text.slice(end, end + size) === mark) {
    return { from: start - size, to: end + size, insert: inner, start: start - size, end: end - size };
  }
  const insert = mark + inner + mark;
  return { from: start, to: end, insert, start: start + size, end: end + size };
}

function link({ text, start, end }: Selected, url: string): Edit {
  const words = text.slice(start, end) || 'words';
  const insert = `[${words}](${url})`;
  const urlAt = start + words.length + 3;
  return { from: start, to: end, insert, start: urlAt, end: urlAt + url.length };
}

function prefix({ text, start, end }: Selected, mark: string): Edit {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const lines = text.slice(from, end).split('\n');
  const taken = lines.every((line) => line.startsWith(mark));
  const insert = lines.map((line) => (taken ? line.slice(mark.length) : mark + line)).join('\n');
  const after = from + insert.length;
  return { from, to: end, insert, start: start === end ? after : from, end: after };
}

function fence({ text, start, end }: Selected): Edit {
  const insert = `\`\`\`\n${text.slice(start, end)}\n\`\`\``;
  return { from: start, to: end, insert, start: start + 4, end: start + insert.length - 4 };
}
