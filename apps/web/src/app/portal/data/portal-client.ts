import { HttpClient } from '@angular/common/http';
import { Injectable, inject, untracked } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Message, Ticket } from '@liftdesk/api-client';
import type { MessagePage } from '@liftdesk/api-client';
import { Maintenance } from '../../shared/http/maintenance';
import { idempotencyKey } from '../../shared/http/request-headers';

export interface NewTicket {
  subject: string;
  body: string;
  attachmentIds: string[];
  /** Number of the closed ticket that this one follows. */
  followUpOf?: string;
}

/** What a customer can do with tickets; each call rejects with what `toProblem` understands. */
@Injectable({ providedIn: 'root' })
export class PortalClient {
  private readonly http = inject(HttpClient);
  private readonly maintenance = inject(Maintenance);

  /** `key` stays the same while it is the same ticket, so that trying again cannot open it twice. */
  open(ticket: NewTicket, key: string): Promise<Ticket> {
    return firstValueFrom(this.http.post<Ticket>('/api/tickets', ticket, { headers: idempotencyKey(key) }));
  }

  reply(ticketId: string, reply: { body: string; attachmentIds: string[] }, key: string): Promise<Message> {
    const headers = idempotencyKey(key);
    return firstValueFrom(this.http.post<Message>(`/api/tickets/${ticketId}/messages`, reply, { headers }));
  }

  /** Closes the ticket, or opens it again. */
  setStatus(ticketId: string, status: 'closed' | 'open'): Promise<Ticket> {
    return firstValueFrom(this.http.patch<Ticket>(`/api/tickets/${ticketId}`, { status }));
  }

  /** In maintenance it waits for the next look. @param messageId the last message that is shown */
  async markRead(ticketId: string, messageId: string): Promise<void> {
    if (untracked(this.maintenance.isOn)) return;
    await firstValueFrom(this.http.put<void>(`/api/tickets/${ticketId}/read`, { messageId }));
  }

  /** The whole conversation, oldest first. */
  async messages(ticketId: string): Promise<Message[]> {
    const messages: Message[] = [];
    let cursor: string | null = null;
    do {
      const params: Record<string, string> = cursor ? { limit: '100', cursor } : { limit: '100' };
      const page: MessagePage = await firstValueFrom(
        this.http.get<MessagePage>(`/api/tickets/${ticketId}/messages`, { params }),
      );
      messages.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return messages;
  }
}
