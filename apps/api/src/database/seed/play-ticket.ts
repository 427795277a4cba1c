import { Person } from './person';
import type { MessageKind, TicketEventType } from '../../tickets/message.entity';
import { NO_DUE_DATE, TICKET_PRIORITIES, TicketChannel, TicketPriority } from '../../tickets/ticket.entity';
import { TicketStatus, statusAfterReply } from '../../tickets/ticket.status';
import { StoredTicket, moveTo } from '../../tickets/ticket-writer';

/** What a step of a ticket's story may change besides saying something. */
export interface ScriptedChange {
  status?: TicketStatus;
  priority?: TicketPriority;
  assignee?: Person | null;
  tags?: string[];
}

/** One thing that happens in a ticket, at an instant in epoch ms. */
export type Step<File = never> =
  | { kind: 'say'; by: Person; at: number; body: string; then?: TicketStatus; files?: readonly File[] }
  | { kind: 'note'; by: Person; at: number; body: string; files?: readonly File[] }
  | { kind: 'change'; by: Person; at: number; change: ScriptedChange };

/** A ticket's story, oldest step first; the first one is the requester's message, or that of an agent who wrote it for them. */
export interface TicketScript<File = never> {
  subject: string;
  requester: Person;
  priority: TicketPriority;
  tags: string[];
  dueAt?: number;
  steps: readonly Step<File>[];
}

export interface PlayedMessage<File = never> {
  by: Person;
  kind: MessageKind;
  body: string;
  at: number;
  files: readonly File[];
}

export interface PlayedEvent {
  by: Person;
  type: TicketEventType;
  from: unknown;
  to: unknown;
  at: number;
}

/** What the tables hold once the story has been told. Keys are 0 or empty until whoever writes it gives them. */
export interface PlayedTicket<File = never> extends StoredTicket {
  channel: TicketChannel;
  requester: Person;
  assignee: Person | null;
  tags: string[];
  createdAt: number;
  updatedAt: number;
  customerUpdatedAt: number;
  hiddenChanges: number;
  messages: PlayedMessage<File>[];
  events: PlayedEvent[];
}

const NOTHING: readonly never[] = [];

/** Tells the story by the rules of the desk: status machine, waiting time, first response, log, version. */
export function playTicket<File = never>(script: TicketScript<File>): PlayedTicket<File> {
  const [first] = script.steps;
  if (first?.kind !== 'say') throw new Error(`“${script.subject}” does not begin with a message`);
  const ticket: PlayedTicket<File> = {
    rid: 0,
    id: '',
    lastMessageRid: 0,
    lastReplyRid: 0,
    subject: script.subject,
    status: 'new',
    priority: TICKET_PRIORITIES.indexOf(script.priority),
    channel: first.by.staff ? 'agent' : 'web',
    requester: script.requester,
    requesterRid: script.requester.rid,
    assignee: null,
    assigneeRid: null,
    tags: script.tags,
    createdAt: first.at,
    updatedAt: first.at,
    customerUpdatedAt: first.at,
    hiddenChanges: 0,
    dueAt: script.dueAt ?? NO_DUE_DATE,
    waitingSince: first.at,
    firstResponseAt: null,
    solvedAt: null,
    closedAt: null,
    version: 1,
    messages: [messageOf(first, 'reply')],
    events: [{ by: first.by, type: 'created', from: null, to: { subject: script.subject }, at: first.at }],
  };
  for (let index = 1; index < script.steps.length; index += 1) {
    playStep(ticket, script.steps[index] as Step<File>);
  }
  return ticket;
}

function playStep<File>(ticket: PlayedTicket<File>, step: Step<File>): void {
  const { by, at } = step;
  switch (step.kind) {
    case 'say':
      log(ticket, by, at, 'reply');
      playReply(ticket, by, at);
      if (step.then !== undefined) move(ticket, step.then, by, at);
      ticket.messages.push(messageOf(step, 'reply'));
      break;
    case 'note':
      log(ticket, by, at, 'note');
      ticket.messages.push(messageOf(step, 'note'));
      break;
    case 'change':
      playChange(ticket, step.change, by, at);
      break;
  }
  ticket.updatedAt = at;
  if (step.kind === 'note') ticket.hiddenChanges += 1;
  else ticket.customerUpdatedAt = at;
  ticket.version += 1;
}

function playReply<File>(ticket: PlayedTicket<File>, by: Person, at: number): void {
  const status = statusAfterReply(by.staff ? 'agent' : 'requester', ticket.status);
  if (status === null) throw new Error(`“${ticket.subject}” is closed and takes no reply`);
  move(ticket, status, by, at);
  if (by.staff) {
    ticket.firstResponseAt ??= at;
    ticket.waitingSince = null;
  } else {
    ticket.waitingSince ??= at;
  }
}

function playChange<File>(ticket: PlayedTicket<File>, change: ScriptedChange, by: Person, at: number): void {
  if (change.status !== undefined) move(ticket, change.status, by, at);
  if (change.priority !== undefined) {
    log(ticket, by, at, 'priority', TICKET_PRIORITIES[ticket.priority], change.priority);
    ticket.priority = TICKET_PRIORITIES.indexOf(change.priority);
  }
  if (change.assignee !== undefined) {
    log(ticket, by, at, 'assignee', shown(ticket.assignee), shown(change.assignee));
    ticket.assignee = change.assignee;
    ticket.assigneeRid = change.assignee?.rid ?? null;
  }
  if (change.tags !== undefined) {
    log(ticket, by, at, 'tags', ticket.tags, change.tags);
    ticket.tags = change.tags;
  }
}

function move<File>(ticket: PlayedTicket<File>, status: TicketStatus, by: Person, at: number): void {
  for (const entry of moveTo(ticket, status, by.staff ? 'agent' : 'requester', at)) {
    log(ticket, by, at, entry.type, entry.from, entry.to);
  }
}

function log<File>(
  ticket: PlayedTicket<File>,
  by: Person,
  at: number,
  type: TicketEventType,
  from: unknown = null,
  to: unknown = null,
): void {
  ticket.events.push({ by, type, from, to, at });
}

function messageOf<File>(
  { by, body, at, files }: Extract<Step<File>, { body: string }>,
  kind: MessageKind,
): PlayedMessage<File> {
  return { by, kind, body, at, files: files ?? NOTHING };
}

const shown = (person: Person | null) => person && { id: person.id, name: person.name };
