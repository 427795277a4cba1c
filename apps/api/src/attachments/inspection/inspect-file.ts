import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type/node';
import { accept, type Inspection, refuse } from './allowed-types';
import { inspectCompoundFile } from './compound-file';
import { FileReader } from './file-reader';
import { inspectOfficePackage } from './office-package';
import { inspectText } from './text-content';

const TEXT_NAME = /\.(txt|text|csv|log|md)$/i;
const CSV_NAME = /\.csv$/i;
/** A byte order mark and blank lines before it are common enough, and no reader minds. */
const PDF = /^(?:\xef\xbb\xbf)?\s*%PDF-\d/;
/** Written as text, read as programs or containers. */
const REFUSED_TEXT = /^(?:\xef\xbb\xbf)?\s*(?:\{\\rtf|%!PS)/;

/**
 * Decides by the bytes what a file is, and whether it may be attached. The name decides no more than that text is
 * CSV, and that an empty file is meant: a nameless nothing or an empty photo is a failed upload.
 * HTML, SVG and scripts are text and nothing more. Memory is bounded; no file makes it throw but one that cannot be read.
 *
 * @throws Error of node:fs
 */
export async function inspectFile(path: string, filename: string): Promise<Inspection> {
  const handle = await open(path, 'r');
  try {
    const reader = await FileReader.of(handle);
    const text = accept(CSV_NAME.test(filename) ? 'text/csv' : 'text/plain');
    if (reader.size === 0) return TEXT_NAME.test(filename) ? text : refuse('empty');

    const head = (await reader.upTo(0, 1024)).toString('latin1');
    if (PDF.test(head)) return accept('application/pdf');
    if (head.startsWith('PK\x03\x04')) return await inspectOfficePackage(reader);
    if (head.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) return await inspectCompoundFile(reader);
    // Before the images: a letter that begins with "GIF" or "BM" is a letter. No image is free of control bytes.
    if (await inspectText(reader)) return REFUSED_TEXT.test(head) ? refuse('type') : text;
    return await inspectImage(path);
  } finally {
    await handle.close();
  }
}

async function inspectImage(path: string): Promise<Inspection> {
  const found = await fileTypeFromFile(path).catch(() => undefined);
  switch (found?.mime) {
    case 'image/jpeg':
    case 'image/png':
    case 'image/gif':
    case 'image/webp':
      return accept(found.mime);
    case 'image/apng':
      return accept('image/png');
    default:
      return refuse('type');
  }
}
