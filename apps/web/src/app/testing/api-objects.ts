import type {
  Attachment,
  MailDelivery,
  MaintenanceNotice,
  Message,
  SignedIn,
  Ticket,
  User,
} from '@liftdesk/api-client';
import { type ClientConfig, DEFAULT_CONFIG } from '../shared/config/client-config';

export function aConfig(
  features: Partial<ClientConfig['features']> = {},
  change: Partial<ClientConfig> = {},
): ClientConfig {
  return { ...DEFAULT_CONFIG, ...change, features: { ...DEFAULT_CONFIG.features, ...features } };
}

const AT = '2026-11-22T10:00:00.000Z';

export function aUser(change: Partial<User> = {}): User {
  return {
    id: '01939c6e-0000-7000-8000-000000000001',
    email: 'katrin@kitarad.example',
    name: 'Katrin Hofmann',
    role: 'customer',
    language: null,
    createdAt: AT,
    ...change,
  };
}

export function aSignedIn(accessToken: string, user: Partial<User> = {}): SignedIn {
  return { accessToken, expiresIn: 900, user: aUser(user) };
}

export function aMaintenance(change: Partial<MaintenanceNotice> = {}): MaintenanceNotice {
  return { since: AT, until: '2026-11-22T11:00:00.000Z', message: 'We move to a bigger house', ...change };
}

/** How the API refuses a write in maintenance, for `flush`. */
export function inMaintenance(change: Partial<MaintenanceNotice> = {}) {
  const type = 'https://liftdesk.example/problems/maintenance';
  const body = { type, title: 'Maintenance', detail: 'For programs', maintenance: aMaintenance(change) };
  return [
    body,
    { status: 503, statusText: 'Service Unavailable', headers: { 'Retry-After': '30' } },
  ] as const;
}

export function aTicket(change: Partial<Ticket> = {}): Ticket {
  const { id, name, email } = aUser();
  return {
    id: '01939c6e-0000-7000-8000-000000004812',
    number: 4812,
    subject: 'Battery shows E-04',
    status: 'open',
    priority: 'normal',
    requester: { id, name, email },
    assignee: null,
    tags: [],
    channel: 'web',
    createdAt: AT,
    updatedAt: AT,
    firstResponseAt: null,
    solvedAt: null,
    closedAt: null,
    dueAt: null,
    waitingSince: null,
    unread: false,
    snippet: null,
    attachmentCount: 0,
    followUpOf: null,
    version: 1,
    ...change,
  };
}

export function aMessage(change: Partial<Message> = {}): Message {
  const { id, name, role } = aUser();
  return {
    id: '01939c6e-0000-7000-8000-00000000000a',
    ticketId: aTicket().id,
    author: { id, name, role },
    kind: 'reply',
    body: 'Hello',
    attachments: [],
    delivery: null,
    createdAt: AT,
    ...change,
  };
}

export function aDelivery(change: Partial<MailDelivery> = {}): MailDelivery {
  return {
    id: 'd1',
    status: 'sent',
    recipient: aUser().email,
    reason: null,
    attempts: 1,
    updatedAt: AT,
    ...change,
  };
}

export function anAttachment(change: Partial<Attachment> = {}): Attachment {
  const { id, name, role } = aUser();
  return {
    id: '01939c6e-0000-7000-8000-0000000000f1',
    ticketId: null,
    messageId: null,
    filename: 'invoice.pdf',
    mimeType: 'application/pdf',
    size: 420_000,
    sha256: 'ab',
    uploadedBy: { id, name, role },
    createdAt: new Date().toISOString(),
    ...change,
  };
}
