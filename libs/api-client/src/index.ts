/**
 * The shapes of the API, by name. Generated from its code, so that a client cannot disagree with it; instants are ISO
 * 8601 in UTC, sizes bytes. Types only: nothing of this reaches the browser.
 */
import type { components, paths } from './api.generated';

type Schemas = components['schemas'];

/** Every path with its methods, parameters, bodies and answers. */
export type ApiPaths = paths;

export type User = Schemas['User'];
export type AdminUser = Schemas['AdminUser'];
export type UserPage = Schemas['UserPage'];
export type UserChange = Schemas['UserChange'];
export type Person = Schemas['Person'];
export type Requester = Schemas['Requester'];
export type Assignee = Schemas['Assignee'];
export type AgentList = Schemas['AgentList'];
export type Role = User['role'];
/** Of mail. */
export type Language = NonNullable<User['language']>;
export type NotificationSettings = Schemas['NotificationSettings'];

export type Register = Schemas['Register'];
export type Login = Schemas['Login'];
export type Setup = Schemas['Setup'];
export type ForgotPassword = Schemas['ForgotPassword'];
export type ResetPassword = Schemas['ResetPassword'];
export type ChangePassword = Schemas['ChangePassword'];
export type SignedIn = Schemas['SignedIn'];
export type AuthOptions = Schemas['AuthOptions'];
export type AuthSession = Schemas['AuthSession'];
export type AuthSessionList = Schemas['AuthSessionList'];

/** Whether the desk takes writes, and when not, why. */
export type Status = Schemas['Status'];
export type MaintenanceNotice = Schemas['Maintenance'];

export type Ticket = Schemas['Ticket'];
export type TicketPage = Schemas['TicketPage'];
export type TicketCounts = Schemas['TicketCounts'];
export type TicketSnippet = NonNullable<Ticket['snippet']>;
export type TicketStatus = Ticket['status'];
export type TicketPriority = Ticket['priority'];
export type OpenTicket = Schemas['OpenTicket'];
export type ChangeTicket = Schemas['ChangeTicket'];
export type TagList = Schemas['TagList'];

export type Message = Schemas['Message'];
export type MessagePage = Schemas['MessagePage'];
export type MessageKind = Message['kind'];
export type WriteMessage = Schemas['WriteMessage'];
export type MailDelivery = Schemas['MailDelivery'];
/** A mail of the outbox, in development. */
export type KeptMail = Schemas['KeptMail'];
export type KeptMailEntry = Schemas['KeptMailEntry'];
export type KeptMailPage = Schemas['KeptMailPage'];
export type TicketEvent = Schemas['TicketEvent'];
export type TicketEventPage = Schemas['TicketEventPage'];
export type TicketEventType = TicketEvent['type'];

export type Attachment = Schemas['Attachment'];
export type AttachmentList = Schemas['AttachmentList'];
export type AttachmentLink = Schemas['AttachmentLink'];
