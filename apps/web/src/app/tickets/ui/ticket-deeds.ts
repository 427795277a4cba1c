import { Injectable, inject } from '@angular/core';
import { Session } from '../../session/session';
import type { Person, Ticket, TicketPriority, TicketStatus } from '@liftdesk/api-client';
import { useShortcuts } from '../../shared/ui/shortcuts/shortcuts';
import { Agents } from '../data/agents';
import { TicketActions } from '../data/ticket-actions';
import { type TicketChange, mayMove } from '../data/ticket-change';
import { Pickers } from '../picker/pickers';
import { PRIORITY_OPTIONS, STATUS_OPTIONS, agentOptions } from '../picker/ticket-options';

/** A ticket and where its lists open. */
export interface Target {
  ticket: Ticket;
  origin: Element | null;
}

/** What can be done to a ticket from the queue and from its page, by key or by mouse. */
@Injectable()
export class TicketDeeds {
  private readonly actions = inject(TicketActions);
  private readonly agents = inject(Agents);
  private readonly pickers = inject(Pickers);
  private readonly session = inject(Session);

  /** How a change is made; the ticket's page shows conflicts in its own way. */
  apply: (ticket: Ticket, change: TicketChange) => Promise<void> = (ticket, change) =>
    this.actions.set(ticket, change);

  async chooseStatus({ ticket, origin }: Target): Promise<void> {
    const options = STATUS_OPTIONS.filter((option) => option.status && mayMove(ticket.status, option.status));
    const config = { label: 'Status', options, selected: [ticket.status] };
    const status = await this.pickers.one(origin ?? document.body, config);
    if (status) await this.apply(ticket, { status: status as TicketStatus });
  }

  async choosePriority({ ticket, origin }: Target): Promise<void> {
    const config = { label: 'Priority', options: PRIORITY_OPTIONS, selected: [ticket.priority] };
    const priority = await this.pickers.one(origin ?? document.body, config);
    if (priority) await this.apply(ticket, { priority: priority as TicketPriority });
  }

  async chooseAssignee({ ticket, origin }: Target): Promise<void> {
    const optionsOf = (agents: readonly Person[]) => agentOptions(agents, this.session.user()?.id);
    const config = {
      label: 'Assignee',
      options: optionsOf(this.agents.all()),
      load: async () => optionsOf(await this.agents.known()),
      selected: [ticket.assignee?.id ?? 'none'],
      searchable: true,
    };
    const id = await this.pickers.one(origin ?? document.body, config);
    if (!id) return;
    const agent = this.agents.all().find((one) => one.id === id);
    await this.apply(ticket, { assignee: agent ? { id: agent.id, name: agent.name } : null });
  }

  async assignToMe({ ticket }: Target): Promise<void> {
    const me = this.session.user();
    if (me) await this.apply(ticket, { assignee: { id: me.id, name: me.name } });
  }

  /** Solves it; what is solved or closed already stays. */
  async solve({ ticket }: Target): Promise<void> {
    if (mayMove(ticket.status, 'solved')) await this.apply(ticket, { status: 'solved' });
  }

  /** Registers the keys for what `target` names; call it in an injection context. */
  useKeys(group: string, target: () => Target | null | undefined): void {
    const deed = (keys: string, label: string, run: (target: Target) => Promise<void>) => ({
      keys,
      label,
      when: () => Boolean(target()),
      run: () => {
        const at = target();
        if (at) void run(at);
      },
    });
    useShortcuts(group, [
      deed('i', 'Assign to me', (at) => this.assignToMe(at)),
      deed('a', 'Assign', (at) => this.chooseAssignee(at)),
      deed('s', 'Set status', (at) => this.chooseStatus(at)),
      deed('p', 'Set priority', (at) => this.choosePriority(at)),
      deed('e', 'Solve', (at) => this.solve(at)),
    ]);
  }
}
