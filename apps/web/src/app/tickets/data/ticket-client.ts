import { HttpClient, type HttpResponse } from '@angular/common/http';
import { Injectable, inject, untracked } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type {
  Message,
  MessageKind,
  Ticket,
  TicketCounts,
  TicketPriority,
  TicketStatus,
  User,
} from '@liftdesk/api-client';
import type { MessagePage, TicketEventPage, TicketPage } from '@liftdesk/api-client';
import { Maintenance } from '../../shared/http/maintenance';
import { idempotencyKey, ifMatch } from '../../shared/http/request-headers';
import { type TicketChange, changeBody } from './ticket-change';

export interface MessageBody {
  body: string;
  kind: MessageKind;
  attachmentIds: string[];
  /** Set with the reply, in one go. */
  status?: TicketStatus;
}

export interface NewTicketBody {
  subject: string;
  body: string;
  priority: TicketPriority;
  tags: string[];
  attachmentIds: string[];
  requesterEmail: string;
  requesterName?: string;
  assigneeId?: string;
  /** Number of the closed ticket that this one follows. */
  followUpOf?: string;
}

const PAGE = '100';

/** An agent's calls about tickets; each rejects with what `toProblem` understands. */
@Injectable({ providedIn: 'root' })
export class TicketClient {
  private readonly http = inject(HttpClient);
  private readonly maintenance = inject(Maintenance);

  /** The page, and when the server answered (epoch ms by its own clock). */
  async list(params: Record<string, string>): Promise<{ page: TicketPage; at: number }> {
    const answer: HttpResponse<TicketPage> = await firstValueFrom(
      this.http.get<TicketPage>('/api/tickets', { params, observe: 'response' }),
    );
    const at = Date.parse(answer.headers.get('Date') ?? '');
    return { page: answer.body as TicketPage, at: Number.isNaN(at) ? Date.now() : at };
  }

  counts(): Promise<TicketCounts> {
    return firstValueFrom(this.http.get<TicketCounts>('/api/tickets/counts'));
  }

  /** @param ref id or number */
  get(ref: string): Promise<Ticket> {
    return firstValueFrom(this.http.get<Ticket>(`/api/tickets/${encodeURIComponent(ref)}`));
  }

  /** Refused with 412 when the ticket is no longer at this version. */
  change(id: string, change: TicketChange, version: number): Promise<Ticket> {
    return firstValueFrom(
      this.http.patch<Ticket>(`/api/tickets/${id}`, changeBody(change), { headers: ifMatch(version) }),
    );
  }

  open(ticket: NewTicketBody, key: string): Promise<Ticket> {
    return firstValueFrom(this.http.post<Ticket>('/api/tickets', ticket, { headers: idempotencyKey(key) }));
  }

  /** The same key with the same words gives the first answer again, so trying again cannot send it twice. */
  write(ticketId: string, message: MessageBody, key: string): Promise<Message> {
    const headers = idempotencyKey(key);
    return firstValueFrom(this.http.post<Message>(`/api/tickets/${ticketId}/messages`, message, { headers }));
  }

  /** Queues a mail again. @param liftBlock write again to an address that mail does not reach */
  resendMail(deliveryId: string, liftBlock: boolean): Promise<unknown> {
    const body = liftBlock ? { liftBlock } : {};
    return firstValueFrom(this.http.post(`/api/mail/deliveries/${deliveryId}/resend`, body));
  }

  /** In maintenance it waits for the next look. @param messageId the last message that is shown */
  async markRead(id: string, messageId: string): Promise<void> {
    if (untracked(this.maintenance.isOn)) return;
    await firstValueFrom(this.http.put<void>(`/api/tickets/${id}/read`, { messageId }));
  }

  /** One page of the conversation, oldest first. */
  messages(id: string, cursor: string | null): Promise<MessagePage> {
    const params = pageParams(cursor);
    return firstValueFrom(this.http.get<MessagePage>(`/api/tickets/${id}/messages`, { params }));
  }

  /** One page of the log, oldest first. */
  events(id: string, cursor: string | null): Promise<TicketEventPage> {
    const params = pageParams(cursor);
    return firstValueFrom(this.http.get<TicketEventPage>(`/api/tickets/${id}/events`, { params }));
  }

  /** Tags that begin like this, the commonest first. */
  async tags(q: string): Promise<{ name: string; count: number }[]> {
    const params = { q };
    const list = await firstValueFrom(
      this.http.get<{ items: { name: string; count: number }[] }>('/api/tags', { params }),
    );
    return list.items;
  }

  user(id: string): Promise<User> {
    return firstValueFrom(this.http.get<User>(`/api/users/${id}`));
  }
}

function pageParams(cursor: string | null): Record<string, string> {
  return cursor ? { limit: PAGE, cursor } : { limit: PAGE };
}
