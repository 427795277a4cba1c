import { JwtService } from '@nestjs/jwt';
import { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../auth/actor';
import { newStorageKey } from '../attachments/storage-key';
import { Caller, type Person } from '../testing/caller';
import type { TestDesk } from '../testing/test-desk';
import { ConversationService } from '../tickets/conversation.service';
import { OpenTicketDto, WriteMessageDto } from '../tickets/ticket.dto';
import { TicketsService } from '../tickets/tickets.service';

/** The columns of the matrix. The owner opened its ticket itself; the stranger's was opened by the desk for it. */
export const CALLERS = ['anonymous', 'owner', 'stranger', 'agent', 'admin', 'disabled', 'expired'] as const;
export type CallerName = (typeof CALLERS)[number];

/** Stands in every internal note and in the name of its file: no customer may ever be sent it. */
export const NOTE_WORD = 'quokka';
/** Stands in all that belongs to somebody: nobody else who is no agent may be sent it. */
export const secretOf = (person: Person): string => `secret-of-${person.id}`;

const NOWHERE = '01900000-0000-7000-8000-000000000000';

const roleOf = (caller: CallerName): Person['role'] =>
  caller === 'agent' || caller === 'admin' ? caller : 'customer';
const actorOf = ({ rid, id, role, sessionId }: Person): Actor => ({
  userRid: rid,
  userId: id,
  role,
  sessionId,
});

/** One request of the matrix: who makes it, and whose things it is about. Things are made when they are asked for. */
export class Cell {
  private readonly tickets = new Map<string, Promise<{ id: string; noteId: string; replyId: string }>>();

  private constructor(
    readonly desk: TestDesk,
    readonly callerName: CallerName,
    readonly me: Person,
    readonly them: Person,
    /** Works at the desk, wrote the notes. */
    readonly colleague: Person,
    readonly caller: Caller,
  ) {}

  static async make(desk: TestDesk, callerName: CallerName, colleague: Person): Promise<Cell> {
    const me = await desk.signIn(roleOf(callerName));
    const them = await desk.signIn('customer');
    if (callerName === 'disabled')
      await desk.rows('update "user" set disabled_at = 1 where rid = ?', [me.rid]);
    if (callerName === 'expired') {
      const claims = { sub: me.id, sid: me.sessionId };
      me.token = await desk.app
        .get(JwtService, { strict: false })
        .signAsync(claims, { secret: desk.config.auth.JWT_SECRET, expiresIn: -1 });
    }
    const caller = callerName === 'anonymous' ? desk.anonymous : desk.as(me);
    return new Cell(desk, callerName, me, them, colleague, caller);
  }

  /** Whose the object is: `own …` or `other …`. */
  ownerOf = (object: string): Person => (object.startsWith('other') ? this.them : this.me);

  /** @returns the ticket's id; each has a note with a file and a reply with one */
  async ticket(object: string): Promise<string> {
    if (object.startsWith('missing')) return NOWHERE;
    return (await this.conversation(object)).id;
  }

  async closedTicket(object: string): Promise<string> {
    const id = await this.ticket(object);
    await this.desk.rows(`update ticket set status = 'closed', closed_at = 1 where id = ?`, [id]);
    return id;
  }

  user(object: string): string {
    return object === 'missing' ? NOWHERE : this.ownerOf(object).id;
  }

  async session(object: string): Promise<string> {
    if (object === 'missing') return NOWHERE;
    const { rid, id } = this.ownerOf(object);
    return (await this.desk.sessionOf(rid, id)).sessionId;
  }

  /** @param object `own`, `other`, each also with `staged`, `note`, `desk` (an agent's, on no message) or `reply` (an agent's) */
  async file(object: string): Promise<string> {
    if (object.startsWith('missing')) return NOWHERE;
    const person = this.ownerOf(object);
    if (object.includes('staged')) return this.insertFile(person, {});
    const { id, noteId, replyId } = await this.conversation(object);
    if (object.includes('note')) return this.insertFile(this.colleague, { ticketId: id, messageId: noteId });
    if (object.includes('desk')) return this.insertFile(this.colleague, { ticketId: id });
    if (object.includes('reply'))
      return this.insertFile(this.colleague, { ticketId: id, messageId: replyId, visible: true });
    return this.insertFile(person, { ticketId: id, visible: true });
  }

  /** @param object `own reply`, `other note` … */
  async message(object: string): Promise<string> {
    if (object.startsWith('missing')) return NOWHERE;
    const { noteId, replyId } = await this.conversation(object);
    return object.includes('note') ? noteId : replyId;
  }

  /** @param object `own`: the mail of the desk's answer; `own receipt`: that the ticket had come in */
  async mail(object: string): Promise<string> {
    if (object.startsWith('missing')) return NOWHERE;
    const { id } = await this.conversation(object);
    const [mail] = await this.desk.rows<{ id: string }>(
      `select o.id from outbox_mail o join ticket t on t.rid = o.ticket_rid
       where t.id = ? and o.kind = ?`,
      [id, object.includes('receipt') ? 'ticketReceived' : 'agentReply'],
    );
    return mail?.id ?? NOWHERE;
  }

  private conversation(object: string): Promise<{ id: string; noteId: string; replyId: string }> {
    const person = this.ownerOf(object);
    const known = this.tickets.get(person.id) ?? this.makeTicket(person);
    this.tickets.set(person.id, known);
    return known;
  }

  private async makeTicket(person: Person) {
    const tickets = this.desk.app.get(TicketsService, { strict: false });
    const conversation = this.desk.app.get(ConversationService, { strict: false });
    const text = secretOf(person);
    const byTheDesk = person === this.me && this.callerName === 'stranger';
    const opened = OpenTicketDto.schema.parse({
      subject: `About ${text}`,
      body: text,
      ...(byTheDesk && { requesterEmail: person.email }),
    });
    const opener = byTheDesk ? this.colleague : person;
    const { id } = await tickets.open(actorOf(opener), opened);
    const write = async (kind: 'note' | 'reply', body: string): Promise<string> => {
      const message = WriteMessageDto.schema.parse({ kind, body });
      return (await conversation.write(actorOf(this.colleague), id, message, null)).message.id;
    };
    const noteId = await write('note', `A ${NOTE_WORD} about ${text}`);
    const replyId = await write('reply', `An answer to ${text}`);
    await this.insertFile(this.colleague, { ticketId: id, messageId: noteId });
    return { id, noteId, replyId };
  }

  private async insertFile(
    uploader: Person,
    { ticketId, messageId, visible }: { ticketId?: string; messageId?: string; visible?: boolean },
  ): Promise<string> {
    const id = uuidv7();
    const key = newStorageKey('text/plain');
    const word = uploader === this.colleague && !visible ? NOTE_WORD : secretOf(uploader);
    await this.desk.storage.put(key, Readable.from([word]));
    await this.desk.rows(
      `insert into attachment (id, ticket_rid, message_rid, uploaded_by_rid, customer_visible, filename, mime_type, size, sha256, storage_key, created_at)
       values (?, (select rid from ticket where id = ?), (select rid from message where id = ?), ?, ?, ?, 'text/plain', 6, '', ?, ?)`,
      [id, ticketId, messageId, uploader.rid, visible ? 1 : 0, `${word}.txt`, key, this.desk.clock.now()],
    );
    return id;
  }
}
