import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { toIso } from '../common/clock';
import { personShape } from '../users/user.dto';
import type { Role } from '../users/user.entity';

export const attachmentShape = z
  .object({
    id: z.uuid(),
    ticketId: z.uuid().nullable().describe('null while the file is staged'),
    messageId: z.uuid().nullable(),
    filename: z.string(),
    mimeType: z.string(),
    size: z.number().int().describe('Bytes'),
    sha256: z.string().describe('Lower-case hexadecimal'),
    uploadedBy: personShape,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Attachment' });

export class AttachmentDto extends createZodDto(attachmentShape.extend({})) {}

export class AttachmentListDto extends createZodDto(z.object({ items: z.array(attachmentShape) })) {}

export class AttachmentLinkDto extends createZodDto(
  z.object({ url: z.string(), expiresAt: z.iso.datetime() }),
) {}

export class AttachmentLinkQueryDto extends createZodDto(
  z.strictObject({
    disposition: z
      .enum(['attachment', 'inline'])
      .default('attachment')
      .describe('inline only for images and PDF; anything else is sent as attachment'),
  }),
) {}

/** A row as ATTACHMENT_COLUMNS selects it. */
export interface AttachmentRow {
  rid: number;
  id: string;
  ticketRid: number | null;
  ticketId: string | null;
  messageId: string | null;
  filename: string;
  mimeType: string;
  size: number;
  sha256: string;
  storageKey: string;
  uploaderRid: number;
  uploaderId: string;
  uploaderName: string;
  uploaderRole: Role;
  createdAt: number;
}

/** What toAttachmentView() needs, from `attachment a` with its ticket `t`, message `m` and uploader `up`. */
export const ATTACHMENT_COLUMNS = `
  a.rid, a.id, a.ticket_rid as "ticketRid", t.id as "ticketId", m.id as "messageId", a.filename, a.mime_type as "mimeType", a.size, a.sha256,
  a.storage_key as "storageKey", a.created_at as "createdAt",
  up.rid as "uploaderRid", up.id as "uploaderId", up.name as "uploaderName", up.role as "uploaderRole"`;

export function toAttachmentView(row: AttachmentRow): AttachmentDto {
  return {
    id: row.id,
    ticketId: row.ticketId,
    messageId: row.messageId,
    filename: row.filename,
    mimeType: row.mimeType,
    size: row.size,
    sha256: row.sha256,
    uploadedBy: { id: row.uploaderId, name: row.uploaderName, role: row.uploaderRole },
    createdAt: toIso(row.createdAt),
  };
}
