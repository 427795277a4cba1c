import contentDisposition from 'content-disposition';
import type { Disposition } from './file-storage';

/** What may be shown in the browser: no type here can run a script in our origin. */
const SHOWN_INLINE = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'application/pdf']);
const MAX_SECONDS = 7 * 24 * 3600;

/** `inline` only where showing is harmless. */
export function safeDisposition(contentType: string, wanted: Disposition): Disposition {
  return wanted === 'inline' && SHOWN_INLINE.has(contentType) ? 'inline' : 'attachment';
}

/** @throws RangeError outside 1 s to 7 days, which is S3's limit */
export function assertLifetime(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_SECONDS)
    throw new RangeError(`A signed link lives 1 to ${MAX_SECONDS} whole seconds.`);
}

/** The name with whole characters only: half a surrogate pair has no UTF-8. */
export function wellFormed(filename: string): string {
  return filename.replace(/\p{Cs}/gu, '\uFFFD');
}

/**
 * The header that saves under this name. Anything beyond ASCII goes into `filename*`: RFC 6266 lets Latin-1 stand in
 * `filename`, and browsers read it as broken UTF-8.
 */
export function dispositionHeader(filename: string, disposition: Disposition): string {
  const fallback = filename.replace(/[^\x20-\x7e]/gu, '_');
  return contentDisposition(filename, { type: disposition, fallback });
}
