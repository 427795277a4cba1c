import type { Ticket } from '@liftdesk/api-client';
import type { Shortcut } from '../../shared/ui/shortcuts/shortcuts';

/** Something the palette can do; `run` happens after it has closed. */
export interface PaletteEntry {
  id: string;
  group: string;
  label: string;
  keys?: string;
  ticket?: Ticket;
  run: () => void;
}

/** Moving about is done with the keys themselves. */
const LEFT_OUT = new Set(['j', 'k', 'ArrowDown', 'ArrowUp', 'Home', 'End', 'Enter', 'Escape', 'Mod+k', '/']);

/** The commands that the keys offer at this moment, on the page's own subject first. */
export function commandsOf(
  groups: readonly { name: string; shortcuts: readonly Shortcut[] }[],
  text: string,
): PaletteEntry[] {
  const wanted = text.toLocaleLowerCase();
  const entries = groups.flatMap(({ name, shortcuts }) =>
    shortcuts
      .filter((shortcut) => !LEFT_OUT.has(shortcut.keys) && (shortcut.when?.() ?? true))
      .filter((shortcut) => shortcut.label.toLocaleLowerCase().includes(wanted))
      .map((shortcut) => ({
        id: `${name} ${shortcut.keys}`,
        group: name === 'Anywhere' ? 'Anywhere' : 'Here',
        label: shortcut.label,
        keys: shortcut.keys,
        run: () => shortcut.run(new KeyboardEvent('keydown', { key: shortcut.keys })),
      })),
  );
  return [
    ...entries.filter((entry) => entry.group === 'Here'),
    ...entries.filter((entry) => entry.group === 'Anywhere'),
  ];
}

/** `#4812` or `4812` in what was typed; null for anything else. */
export function numberIn(text: string): string | null {
  return /^#?(\d{1,12})$/.exec(text.trim())?.[1] ?? null;
}

export interface Part {
  text: string;
  match: boolean;
}

/** The label cut where it matches, for marking. */
export function marked(label: string, text: string): Part[] {
  const at = text ? label.toLocaleLowerCase().indexOf(text.toLocaleLowerCase()) : -1;
  if (at < 0) return [{ text: label, match: false }];
  const parts = [
    { text: label.slice(0, at), match: false },
    { text: label.slice(at, at + text.length), match: true },
    { text: label.slice(at + text.length), match: false },
  ];
  return parts.filter((part) => part.text);
}
