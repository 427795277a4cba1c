import { drawing, type Scene } from './drawing';
import { encodeJpeg } from './encode-jpeg';
import { encodePng } from './encode-png';
import { makePdf } from './make-pdf';

/** A file of the demo: its name and how to make its bytes. */
export interface DemoFile {
  filename: string;
  mimeType: 'image/png' | 'image/jpeg' | 'application/pdf' | 'text/csv';
  content(): Buffer;
}

const PHOTO = { width: 960, height: 640 };
const SCREENSHOT = { width: 540, height: 360 };

/** A coarse picture, as a telephone of ten years ago took it. */
export const photo = (filename: string, scene: Scene): DemoFile => ({
  filename,
  mimeType: 'image/jpeg',
  content: () => encodeJpeg(drawing(scene), PHOTO.width, PHOTO.height),
});

export const screenshot = (filename: string, scene: Scene): DemoFile => ({
  filename,
  mimeType: 'image/png',
  content: () => encodePng(drawing(scene), SCREENSHOT.width, SCREENSHOT.height),
});

/** One page with a heading and lines, in letters of Western Europe. */
export const pdf = (filename: string, heading: string, lines: string[]): DemoFile => ({
  filename,
  mimeType: 'application/pdf',
  content: () => makePdf(heading, lines),
});

export const csv = (filename: string, rows: string[]): DemoFile => ({
  filename,
  mimeType: 'text/csv',
  content: () => Buffer.from(`${rows.join('\r\n')}\r\n`, 'utf8'),
});
