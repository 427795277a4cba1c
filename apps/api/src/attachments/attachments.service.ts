import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FileStorage } from '@liftdesk/storage';
import { createReadStream } from 'node:fs';
import { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Actor, isStaff } from '../auth/actor';
import { Clock } from '../common/clock';
import { ForbiddenError } from '../common/domain-error';
import { Idempotency } from '../common/idempotency';
import { LogEntry, recordEvents } from '../tickets/ticket-log';
import { AttachmentConfig } from './attachment.config';
import { AttachmentDto, AttachmentLinkDto, AttachmentListDto, toAttachmentView } from './attachment.dto';
import { AttachmentsQuery, TargetTicket } from './attachments.query';
import type { StagedUpload } from './multipart-intake';
import { newStorageKey } from './storage-key';

const INSERT = `
  insert into attachment (id, ticket_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256, storage_key, created_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

interface StoredUpload {
  upload: StagedUpload;
  storageKey: string;
}

@Injectable()
export class AttachmentsService {
  private readonly logger = new Logger(AttachmentsService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly query: AttachmentsQuery,
    private readonly storage: FileStorage,
    private readonly idempotency: Idempotency,
    private readonly clock: Clock,
    private readonly config: AttachmentConfig,
  ) {}

  /**
   * Stores inspected files and their rows, all or none: first the objects, then the rows in one transaction; when that
   * fails the objects go again. What a crash leaves between the two, the sweeper finds.
   * @param target null stages the files for a message that is still being written
   */
  async store(
    actor: Actor,
    uploads: readonly StagedUpload[],
    target: TargetTicket | null,
    key?: string,
  ): Promise<AttachmentListDto> {
    const stored: StoredUpload[] = [];
    let answer: AttachmentListDto | undefined;
    let repeated = true;
    try {
      for (const upload of uploads) stored.push(await this.storeObject(actor, upload));
      const subject = [
        'attachments',
        target?.id ?? null,
        uploads.map(({ filename, sha256 }) => [filename, sha256]),
      ];
      answer = await this.database.transaction((manager) =>
        this.idempotency.once(manager, { key, userRid: actor.userRid, subject }, async () => {
          repeated = false;
          return { items: await this.insertRows(manager, actor, stored, target) };
        }),
      );
      return answer;
    } finally {
      if (!answer || repeated) await this.deleteObjects(stored.map((file) => file.storageKey));
    }
  }

  async list(actor: Actor, ref: string): Promise<AttachmentListDto> {
    return { items: (await this.query.ofTicket(actor, ref)).map(toAttachmentView) };
  }

  async get(actor: Actor, id: string): Promise<AttachmentDto> {
    return toAttachmentView(await this.query.one(actor, id));
  }

  /** @param disposition `inline` is honoured for images and PDF only */
  async link(actor: Actor, id: string, disposition: 'attachment' | 'inline'): Promise<AttachmentLinkDto> {
    const { storageKey, filename, mimeType } = await this.query.one(actor, id);
    const { url, expiresAt } = await this.storage.signedUrl(storageKey, {
      filename,
      contentType: mimeType,
      disposition,
      expiresInSeconds: this.config.signedUrlTtlSeconds,
    });
    return { url, expiresAt: expiresAt.toISOString() };
  }

  /**
   * Removes the row, then the object: an object that stays behind is swept, a row without one would be a lie.
   * @throws NotFoundError for what the caller may not see, ForbiddenError for a customer and another's file
   */
  async delete(actor: Actor, id: string): Promise<void> {
    const row = await this.database.transaction(async (manager) => {
      const found = await this.query.one(actor, id, manager);
      if (!isStaff(actor) && found.uploaderRid !== actor.userRid)
        throw new ForbiddenError('Only who uploaded a file removes it');
      await manager.query('delete from attachment where rid = ?', [found.rid]);
      await this.log(manager, actor, found.ticketRid, [
        { type: 'attachment.removed', from: { filename: found.filename } },
      ]);
      return found;
    });
    this.logger.log({ message: 'attachment.deleted', attachmentId: row.id, userId: actor.userId });
    await this.deleteObjects([row.storageKey]);
  }

  private async storeObject(actor: Actor, upload: StagedUpload): Promise<StoredUpload> {
    const storageKey = newStorageKey(upload.mimeType);
    await this.storage.put(storageKey, createReadStream(upload.path), {
      contentType: upload.mimeType,
      metadata: { uploadedby: actor.userId, uploadedat: new Date(this.clock.now()).toISOString() },
    });
    return { upload, storageKey };
  }

  private async insertRows(
    manager: EntityManager,
    actor: Actor,
    stored: StoredUpload[],
    target: TargetTicket | null,
  ): Promise<AttachmentDto[]> {
    const ids: string[] = [];
    for (const { upload, storageKey } of stored) {
      const id = uuidv7();
      ids.push(id);
      const visible = target && !isStaff(actor) ? 1 : 0;
      const { filename, mimeType, size, sha256 } = upload;
      await manager.query(INSERT, [
        id,
        target?.rid ?? null,
        actor.userRid,
        visible,
        filename,
        mimeType,
        size,
        sha256,
        storageKey,
        this.clock.now(),
      ]);
      await this.log(manager, actor, target?.rid ?? null, [{ type: 'attachment.added', to: { filename } }]);
    }
    const rows = await Promise.all(ids.map((id) => this.query.one(actor, id, manager)));
    return rows.map(toAttachmentView);
  }

  private async log(
    manager: EntityManager,
    actor: Actor,
    ticketRid: number | null,
    entries: LogEntry[],
  ): Promise<void> {
    if (ticketRid !== null) await recordEvents(manager, ticketRid, actor.userRid, entries, this.clock.now());
  }

  /** Never fails the request: what cannot be removed now, the sweeper removes. */
  private async deleteObjects(keys: string[]): Promise<void> {
    for (const key of keys) {
      try {
        await this.storage.delete(key);
      } catch (error) {
        this.logger.warn({ message: 'attachment.object-left', key, error });
      }
    }
  }
}
