/** What may be attached; decided by content alone. The list of the migration document, and webp, plain text and CSV. */
export const ALLOWED_TYPES = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'application/pdf',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'text/plain',
  'text/csv',
] as const;

export type AllowedType = (typeof ALLOWED_TYPES)[number];

const EXTENSIONS: Readonly<Record<AllowedType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'text/plain': 'txt',
  'text/csv': 'csv',
};

/** The usual extension of a type, without the dot: for keys in the store, where the file's own name is not used. */
export function extensionOf(type: AllowedType): string {
  return EXTENSIONS[type];
}

/** Why a file is refused. `damaged`: it begins as an allowed type and cannot be read on. */
export type Refusal = 'type' | 'empty' | 'macros' | 'damaged';

export type Inspection = { ok: true; mimeType: AllowedType } | { ok: false; refusal: Refusal };

export const accept = (mimeType: AllowedType): Inspection => ({ ok: true, mimeType });
export const refuse = (refusal: Refusal): Inspection => ({ ok: false, refusal });
