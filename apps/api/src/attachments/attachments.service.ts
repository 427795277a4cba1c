import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import { createReadStream } from 'node:fs';
import { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Actor, isStaff } from '../auth/actor';
import { Clock } from '../common/clock';
import { ForbiddenError } from '../common/domain-error';
import { IfMatch } from '../common/etag';
import { Idempotency } from '../common/idempotency';
import type { WrittenTicket } from '../events/desk-event';
import { DeskEvents } from '../events/desk-events';
import { TicketWriter } from '../tickets/ticket-writer';
import { AttachmentConfig } from './attachment.config';
import {
  AttachmentDto,
  AttachmentLinkDto,
  AttachmentListDto,
  AttachmentRow,
  toAttachmentView,
} from './attachment.dto';
import { AttachmentsQuery, TargetTicket, assertTakesFiles } from './attachments.query';
import type { StagedUpload } from './multipart-intake';
import { newStorageKey } from './storage-key';
import { UnsettledObjects } from './unsettled-objects';

const INSERT = `
  insert into attachment (id, ticket_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256, storage_key, created_at)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const DELETE =
  'delete from attachment where rid = ? and coalesce(ticket_rid, 0) = ? returning customer_visible as visible';

interface Upload {
  file: StagedUpload;
  storageKey: string;
}

/** Where files are put; null stages them for a message that is still being written. */
export interface UploadTarget {
  ticket: TargetTicket;
  ifMatch: IfMatch;
}

export interface Stored extends AttachmentListDto {
  /** The ticket's version after it; null for staged files. */
  version: number | null;
}

interface Removed {
  row: AttachmentRow;
  version: number | null;
  changed: { ticket: WrittenTicket; hidden: boolean } | null;
}

@Injectable()
export class AttachmentsService {
  private readonly logger = new Logger(AttachmentsService.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly query: AttachmentsQuery,
    private readonly writer: TicketWriter,
    private readonly storage: FileStorage,
    private readonly unsettled: UnsettledObjects,
    private readonly idempotency: Idempotency,
    private readonly events: DeskEvents,
    private readonly clock: Clock,
    private readonly config: AttachmentConfig,
  ) {}

  /**
   * Stores inspected files and their rows, all or none: first a note of the keys, then the objects, then the rows in one
   * transaction; when that fails the objects go again. What a crash leaves between, the sweeper finds by the notes.
   * @throws StaleVersionError, NotFoundError, ConflictError when the ticket has been closed to its customer meanwhile,
   *   StorageUnavailableError within 10 s, and nothing is kept
   */
  async store(
    actor: Actor,
    files: readonly StagedUpload[],
    target: UploadTarget | null,
    key?: string,
  ): Promise<Stored> {
    const uploads = files.map((file): Upload => ({ file, storageKey: newStorageKey(file.mimeType) }));
    const keys = uploads.map(({ storageKey }) => storageKey);
    const names = files.map(({ filename, sha256 }) => [filename, sha256]);
    const subject = ['attachments', target?.ticket.id ?? null, names];
    let repeated = true;
    let written = false;
    let changed: WrittenTicket | null = null;
    const notedAt = await this.unsettled.note(keys);
    try {
      for (const upload of uploads) await this.put(actor, upload);
      const stored = await this.database.transaction((manager) => {
        repeated = true;
        written = false;
        changed = null;
        return this.idempotency.once(manager, { key, userRid: actor.userRid, subject }, async () => {
          repeated = false;
          await this.unsettled.settle(keys, notedAt, manager);
          const { ticket, ...answer } = await this.write(manager, actor, uploads, target);
          changed = ticket;
          written = true;
          return answer;
        });
      });
      if (repeated) await this.unsettled.remove(keys);
      if (changed !== null) this.events.ticketChanged(changed, { hidden: isStaff(actor) });
      return stored;
    } catch (error) {
      // A commit that failed may have gone through: the sweeper finds out, when the database is sure.
      if (!written) await this.unsettled.giveUp(keys, error);
      throw error;
    }
  }

  async list(actor: Actor, ref: string): Promise<AttachmentListDto> {
    return { items: (await this.query.ofTicket(actor, ref)).map(toAttachmentView) };
  }

  async get(actor: Actor, id: string): Promise<AttachmentDto> {
    return toAttachmentView(await this.query.one(actor, id));
  }

  /**
   * The browser itself goes to a link to save under: where the store is away or has lost the file, it would show the
   * store's own error in place of our page. What is shown inline is fetched by our page, which can tell.
   * @param disposition `inline` is honoured for images and PDF only
   * @throws NotFoundError, StorageNotFoundError, StorageUnavailableError
   */
  async link(actor: Actor, id: string, disposition: 'attachment' | 'inline'): Promise<AttachmentLinkDto> {
    const { storageKey, filename, mimeType } = await this.query.one(actor, id);
    if (disposition === 'attachment') await this.storage.stat(storageKey);
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
   * @returns the ticket's version after it; null for a staged file
   * @throws NotFoundError for what the caller may not see, ForbiddenError for a customer and another's file,
   *   StaleVersionError
   */
  async delete(actor: Actor, id: string, ifMatch: IfMatch): Promise<number | null> {
    const { row, version, changed } = await this.database.transaction((manager) =>
      this.deleteRow(manager, actor, id, ifMatch),
    );
    this.logger.log({ message: 'attachment.deleted', attachmentId: row.id, userId: actor.userId });
    if (changed !== null) this.events.ticketChanged(changed.ticket, changed);
    await this.unsettled.remove([row.storageKey]);
    return version;
  }

  private async deleteRow(
    manager: EntityManager,
    actor: Actor,
    id: string,
    ifMatch: IfMatch,
  ): Promise<Removed> {
    const row = await this.query.one(actor, id, manager);
    if (!isStaff(actor) && row.uploaderRid !== actor.userRid)
      throw new ForbiddenError('Only who uploaded a file removes it');
    // The ticket before its file, as whoever writes a message takes hold of them.
    const ticket =
      row.ticketRid === null ? null : await this.writer.load(manager, actor, String(row.ticketRid), ifMatch);
    const [gone]: { visible: 0 | 1 }[] = await manager.query(DELETE, [row.rid, row.ticketRid ?? 0]);
    // It went away, or into a ticket, while we waited: once more, as it is now.
    if (!gone) return this.deleteRow(manager, actor, id, ifMatch);
    await this.unsettled.note([row.storageKey], manager);
    if (ticket === null) return { row, version: null, changed: null };
    const log = [{ type: 'attachment.removed' as const, from: { filename: row.filename } }];
    const hidden = gone.visible === 0;
    const after = await this.writer.store(manager, actor, ticket, log, this.clock.now(), { hidden });
    return { row, version: ticket.version + 1, changed: { ticket: after, hidden } };
  }

  private async put(actor: Actor, { file, storageKey }: Upload): Promise<void> {
    const stored = await this.storage.put(storageKey, createReadStream(file.path), {
      contentType: file.mimeType,
      metadata: {
        uploadedby: actor.userId,
        uploadedat: new Date(this.clock.now()).toISOString(),
        sha256: file.sha256,
      },
    });
    if (stored.sha256 !== file.sha256)
      throw new StorageUnavailableError(undefined, { cause: new Error('The staged file has changed.') });
  }

  private async write(
    manager: EntityManager,
    actor: Actor,
    uploads: readonly Upload[],
    target: UploadTarget | null,
  ): Promise<Stored & { ticket: WrittenTicket | null }> {
    const now = this.clock.now();
    if (target === null)
      return {
        items: await this.insertRows(manager, actor, uploads, null, now),
        version: null,
        ticket: null,
      };
    const ticket = await this.writer.load(manager, actor, target.ticket.id, target.ifMatch);
    // Again: it was looked at before the body came in, and that may take minutes.
    assertTakesFiles(actor, ticket.status);
    const items = await this.insertRows(manager, actor, uploads, ticket.rid, now);
    const added = items.map(({ filename }) => ({ type: 'attachment.added' as const, to: { filename } }));
    // Until a reply carries it, an agent's file is for the desk alone.
    const after = await this.writer.store(manager, actor, ticket, added, now, { hidden: isStaff(actor) });
    return { items, version: ticket.version + 1, ticket: after };
  }

  private async insertRows(
    manager: EntityManager,
    actor: Actor,
    uploads: readonly Upload[],
    ticketRid: number | null,
    now: number,
  ): Promise<AttachmentDto[]> {
    const items: AttachmentDto[] = [];
    const visible = ticketRid !== null && !isStaff(actor) ? 1 : 0;
    for (const { file, storageKey } of uploads) {
      const { filename, mimeType, size, sha256 } = file;
      const id = uuidv7();
      const owner = [id, ticketRid, actor.userRid, visible];
      await manager.query(INSERT, [...owner, filename, mimeType, size, sha256, storageKey, now]);
      items.push(toAttachmentView(await this.query.one(actor, id, manager)));
    }
    return items;
  }
}
