import type { TicketPriority } from '../../../tickets/ticket.entity';
import type { TicketStatus } from '../../../tickets/ticket.status';
import type { DemoFile } from './demo-files';

/** Agents of the demo by first name. */
export const DEMO_AGENTS = {
  maja: { name: 'Maja Lindqvist', email: 'maja@demo.example' },
  aylin: { name: 'Aylin Demir', email: 'aylin@demo.example' },
  tomasz: { name: 'Tomasz Wójcik', email: 'tomasz@havn.example' },
  jonas: { name: 'Jonas Weber', email: 'jonas@havn.example' },
  priya: { name: 'Priya Raman', email: 'priya@havn.example' },
  camille: { name: 'Camille Oudin', email: 'camille@havn.example' },
} as const;

export type DemoAgent = keyof typeof DEMO_AGENTS;

/** `ago` is in minutes before the demo is loaded. */
interface Timed {
  ago: number;
}

export type DemoStep =
  | (Timed & { kind: 'asks'; body: string; files: DemoFile[] })
  | (Timed & { kind: 'answers'; by: DemoAgent; body: string; then?: TicketStatus; files: DemoFile[] })
  | (Timed & { kind: 'notes'; by: DemoAgent; body: string })
  | (Timed & { kind: 'changes'; by: DemoAgent; change: DemoChange });

export interface DemoChange {
  status?: TicketStatus;
  priority?: TicketPriority;
  assignee?: DemoAgent | null;
  tags?: string[];
}

export interface DemoTicket {
  subject: string;
  /** The customer's name and address. */
  from: readonly [name: string, email: string];
  priority: TicketPriority;
  tags: string[];
  /** Minutes from now; negative is overdue. */
  due?: number;
  /** Read by everybody at the desk, unless true: then by nobody. Tickets that are solved or closed never stand out. */
  unread?: boolean;
  /** Set where the customer has not seen the last answer. */
  unreadByCustomer?: boolean;
  steps: DemoStep[];
}

export const HOUR = 60;
export const DAY = 24 * HOUR;

export const asks = (ago: number, body: string, ...files: DemoFile[]): DemoStep => ({
  kind: 'asks',
  ago,
  body,
  files,
});

export const answers = (
  by: DemoAgent,
  ago: number,
  body: string,
  then?: TicketStatus,
  ...files: DemoFile[]
): DemoStep => ({ kind: 'answers', by, ago, body, then, files });

export const notes = (by: DemoAgent, ago: number, body: string): DemoStep => ({
  kind: 'notes',
  by,
  ago,
  body,
});

export const changes = (by: DemoAgent, ago: number, change: DemoChange): DemoStep => ({
  kind: 'changes',
  by,
  ago,
  change,
});

/** Gives the ticket to its agent, who has read it. */
export const takes = (by: DemoAgent, ago: number, assignee: DemoAgent = by): DemoStep =>
  changes(by, ago, { assignee });

/** A ticket that was taken and set to open without an answer yet. */
export const opens = (by: DemoAgent, ago: number, assignee: DemoAgent = by): DemoStep =>
  changes(by, ago, { assignee, status: 'open' });
