/** The column's width, in characters (code points). */
export const MAX_FILENAME_LENGTH = 255;
const MAX_EXTENSION_LENGTH = 20;
const FALLBACK = 'file';

/** Turn the reading direction, so that `gpj.exe` looks like `exe.jpg` (Unicode TR 36, 3.1). */
const DIRECTION_OVERRIDES = /[\u202a-\u202e\u2066-\u2069]/g;
/** Control characters with NUL and line breaks, and halves of characters. */
const UNUSABLE = /[\p{Cc}\p{Cs}]/gu;
/** Nothing that anybody could see, or a name that means a folder. */
const INVISIBLE = /^[\p{Z}\p{Cf}.]*$/u;

/**
 * The name that a file was sent with, as it is kept and given back: its last part after any kind of slash, in
 * whatever script, with quotes, spaces and zero-width characters. At most 255 characters, the extension kept; never empty.
 * The file is not stored under it, so it need not please any file system. Cleaning twice changes nothing more.
 */
export function cleanFilename(sent: string): string {
  const usable = sent.replace(UNUSABLE, '').replace(DIRECTION_OVERRIDES, '');
  const name = (usable.split(/[/\\]/).at(-1) ?? '').trim();
  return INVISIBLE.test(name) ? FALLBACK : shorten(name);
}

function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= MAX_FILENAME_LENGTH) return name;
  const dot = characters.lastIndexOf('.');
  const tail = dot > 0 && characters.length - dot <= MAX_EXTENSION_LENGTH ? characters.slice(dot) : [];
  const short = [...characters.slice(0, MAX_FILENAME_LENGTH - tail.length), ...tail].join('').trim();
  return INVISIBLE.test(short) ? FALLBACK : short;
}
