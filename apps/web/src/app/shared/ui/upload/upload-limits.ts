import { fileSize } from './file-size';

/** The API's limits, checked here so that nobody waits for an upload that is going to be refused. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;
export const MAX_FILES = 10;

/** For the file chooser; what a file really is, the API decides by its content. */
export const ACCEPTED_TYPES =
  'image/jpeg,image/png,image/gif,image/webp,application/pdf,.doc,.docx,.xls,.xlsx,text/plain,.txt,text/csv,.csv';

/** Why a file cannot be sent, in words; null when it can be tried. */
export function refusalOf(file: { size: number }, alreadyThere: number): string | null {
  if (alreadyThere >= MAX_FILES)
    return `Only ${MAX_FILES} files fit in one message. Send the rest in the next one.`;
  if (file.size > MAX_FILE_BYTES) {
    const size = fileSize(file.size);
    const words = size === fileSize(MAX_FILE_BYTES) ? `a little over ${size}` : size;
    return `Too large: ${words}. A file may have 10 MB. Make it smaller or send a link.`;
  }
  if (file.size === 0) return 'This file is empty.';
  return null;
}
