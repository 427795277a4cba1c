import { PubSub } from '@liftdesk/pubsub';
import type { Method } from '../testing/caller';
import { Cell, NOTE_WORD } from './cell';

/** What is sent for one cell. */
export interface Ask {
  /** Below `/api`, unless it begins with `/health` or `/metrics`. */
  path: string;
  body?: object;
  /** The refresh cookie of the caller goes with it. */
  cookie?: boolean;
  /** A multipart body with one small file. */
  upload?: boolean;
  /** The answer has no end: it is read until somebody was greeted. */
  stream?: boolean;
  lastEventId?: string;
}

type Build = (cell: Cell, object: string) => Ask | Promise<Ask>;

const PASSWORD = 'a new and long password';
const at =
  (path: string): Build =>
  () => ({ path });
const ticketAt =
  (rest = '', more: Omit<Ask, 'path'> = {}): Build =>
  async (cell, object) => ({ path: `/tickets/${await cell.ticket(object)}${rest}`, ...more });
const fileAt =
  (rest = ''): Build =>
  async (cell, object) => ({ path: `/attachments/${await cell.file(object)}${rest}` });

let addresses = 0;
const someAddress = (): string => `new${(addresses += 1)}@people.example`;

/** Another object in a body, by the words of the object. */
async function openWith(cell: Cell, object: string): Promise<object> {
  if (object.includes('followUpOf')) return { followUpOf: await cell.closedTicket(object) };
  if (object.includes('attachmentIds')) return { attachmentIds: [await cell.file(object)] };
  if (object.includes('assigneeId')) return { assigneeId: assignee(cell, object) };
  if (object.includes('requesterEmail')) return { requesterEmail: cell.them.email };
  return {};
}

function assignee(cell: Cell, object: string): string {
  if (object.startsWith('missing')) return cell.user('missing');
  return object.startsWith('colleague') ? cell.colleague.id : cell.them.id;
}

async function listQuery(cell: Cell, object: string): Promise<string> {
  await Promise.all([cell.ticket('own'), cell.ticket('other')]);
  const sharp: Record<string, string> = {
    all: '',
    'requester=other': `?requester=${cell.them.id}`,
    'assignee=colleague': `?assignee=${cell.colleague.id}`,
    'q=from other': `?q=${encodeURIComponent(`from:${cell.them.email}`)}`,
    'q=word of other': `?q=${encodeURIComponent(cell.them.id)}`,
    'q=word of a note': `?q=${NOTE_WORD}`,
    'cursor of other': `?cursor=${encodeURIComponent(await othersCursor(cell))}`,
  };
  return sharp[object] ?? '';
}

/** A place in the list as an agent sees it. */
async function othersCursor(cell: Cell): Promise<string> {
  await cell.ticket('other');
  const answer = await cell.desk.as(cell.colleague).get('/tickets?limit=1');
  return (answer.body as { nextCursor: string }).nextCursor;
}

/** How each route is asked, by the words of the table's row. */
export const REQUESTS: Readonly<Record<string, Build>> = {
  'GET /health': at('/health'),
  'GET /health/live': at('/health/live'),
  'GET /health/ready': at('/health/ready'),
  'GET /metrics': at('/metrics'),
  'GET /api/docs': at('/docs'),
  'GET /api/docs/': at('/docs/'),
  'GET /api/docs/index.html': at('/docs/index.html'),
  'GET /api/docs/LICENSE': at('/docs/LICENSE'),
  'GET /api/docs/swagger-ui-init.js': at('/docs/swagger-ui-init.js'),
  'GET /api/docs/docs/swagger-ui-init.js': at('/docs/docs/swagger-ui-init.js'),
  'GET /api/docs-json': at('/docs-json'),
  'GET /api/docs-yaml': at('/docs-yaml'),
  'GET /api/files/*key': async (cell, object) => {
    const [file] = await cell.desk.rows<{ key: string }>(
      'select storage_key as key from attachment where id = ?',
      [await cell.file('other')],
    );
    const key = file?.key ?? '';
    if (object === 'bare') return { path: `/files/${key}` };
    const options = { filename: 'x.txt', contentType: 'text/plain', disposition: 'attachment' as const };
    const { url } = await cell.desk.storage.signedUrl(key, { ...options, expiresInSeconds: 60 });
    return { path: url.replace(/^\/api/, '') };
  },

  'GET /api/status': at('/status'),
  'GET /api/auth/options': at('/auth/options'),
  'POST /api/auth/register': (cell, object) => ({
    path: '/auth/register',
    body: {
      email: object === 'taken address' ? cell.them.email : someAddress(),
      password: PASSWORD,
      name: 'N. N.',
      ...(object === 'with a role' && { role: 'agent' }),
    },
  }),
  'POST /api/auth/setup': () => ({
    path: '/auth/setup',
    body: { token: 'guessed', email: someAddress(), password: PASSWORD, name: 'N. N.' },
  }),
  'POST /api/auth/login': (cell, object) => {
    const { email, password } = cell.ownerOf(object);
    return { path: '/auth/login', body: { email, password: object === 'wrong pair' ? 'wrong' : password } };
  },
  'POST /api/auth/refresh': () => ({ path: '/auth/refresh', cookie: true }),
  'POST /api/auth/logout': () => ({ path: '/auth/logout', cookie: true }),
  'GET /api/auth/me': at('/auth/me'),
  'POST /api/auth/password/forgot': (cell, object) => ({
    path: '/auth/password/forgot',
    body: { email: object === 'missing' ? someAddress() : cell.ownerOf(object).email },
  }),
  'POST /api/auth/password/reset': () => ({
    path: '/auth/password/reset',
    body: { token: 'guessed', password: PASSWORD },
  }),
  'POST /api/auth/password/change': ({ me }) => ({
    path: '/auth/password/change',
    body: { currentPassword: me.password, newPassword: PASSWORD },
  }),
  'GET /api/auth/sessions': at('/auth/sessions'),
  'DELETE /api/auth/sessions/:id': async (cell, object) => ({
    path: `/auth/sessions/${await cell.session(object)}`,
  }),

  'GET /api/agents': at('/agents'),
  'GET /api/users': at('/users?limit=2'),
  'GET /api/users/me': at('/users/me'),
  'PATCH /api/users/me': () => ({ path: '/users/me', body: { language: 'de' } }),
  'GET /api/users/:id': (cell, object) => ({ path: `/users/${cell.user(object)}` }),
  'PATCH /api/users/:id': (cell, object) => ({
    path: `/users/${cell.user(object)}`,
    body: object === 'own' ? { role: 'customer' } : { role: 'agent' },
  }),
  'DELETE /api/users/:id': async (cell, object) => {
    if (object === 'other') await cell.ticket(object);
    return { path: `/users/${object === 'colleague' ? cell.colleague.id : cell.user(object)}` };
  },

  'POST /api/tickets': async (cell, object) => ({
    path: '/tickets',
    body: { subject: 'Something', body: 'Something', ...(await openWith(cell, object)) },
  }),
  'GET /api/tickets': async (cell, object) => ({ path: `/tickets${await listQuery(cell, object)}` }),
  'GET /api/tickets/counts': at('/tickets/counts'),
  'GET /api/tags': at('/tags'),
  'GET /api/tickets/:id': ticketAt(),
  'PATCH /api/tickets/:id': async (cell, object) => {
    const assigns = object.match(/assigneeId=(.*)/)?.[1];
    const body = assigns
      ? { assigneeId: assignee(cell, assigns) }
      : object.includes('status')
        ? { status: 'closed' }
        : { priority: 'high' };
    return { path: `/tickets/${await cell.ticket(object)}`, body };
  },
  'PUT /api/tickets/:id/read': async (cell, object) => {
    const [, message] = object.split('messageId=');
    return {
      path: `/tickets/${await cell.ticket(object)}/read`,
      ...(message !== undefined && { body: { messageId: await cell.message(message) } }),
    };
  },
  'GET /api/tickets/:id/messages': async (cell, object) => {
    const path = `/tickets/${await cell.ticket(object)}/messages`;
    if (!object.includes('cursor')) return { path };
    const answer = await cell.desk
      .as(cell.colleague)
      .get(`/tickets/${await cell.ticket('other')}/messages?limit=1`);
    return { path: `${path}?cursor=${(answer.body as { nextCursor: string }).nextCursor}` };
  },
  'POST /api/tickets/:id/messages': async (cell, object) => ({
    path: `/tickets/${await cell.ticket(object)}/messages`,
    body: {
      body: 'Something more',
      ...(object.includes('as note') && { kind: 'note' }),
      ...(object.includes('with status') && { status: 'pending' }),
      ...(object.includes('attachmentIds=') && {
        attachmentIds: [await cell.file(object.split('attachmentIds=')[1] ?? '')],
      }),
    },
  }),
  'GET /api/events': async (cell, object) => {
    const before = cell.desk.app.get(PubSub, { strict: false }).latestId();
    await cell.ticket('other');
    return { path: '/events', stream: true, ...(object !== 'fresh' && { lastEventId: before }) };
  },
  'POST /api/tickets/:id/presence': ticketAt('/presence', { body: { state: 'viewing' } }),
  'GET /api/tickets/:id/events': ticketAt('/events'),

  'GET /api/users/me/notifications': at('/users/me/notifications'),
  'PUT /api/users/me/notifications': ({ me }, object) => ({
    path: '/users/me/notifications',
    body: (me.role === 'customer') === (object === 'own') ? { agentReply: false } : { assigned: false },
  }),
  'POST /api/mail/deliveries/:id/resend': async (cell, object) => ({
    path: `/mail/deliveries/${await cell.mail(object)}/resend`,
  }),
  'GET /api/mail/outbox': at('/mail/outbox'),
  'GET /api/mail/outbox/:id': at('/mail/outbox/20261126T100000000Z-000000000000'),
  'POST /api/mail/ses-events': () => ({ path: '/mail/ses-events', body: { Type: 'Notification' } }),

  'POST /api/attachments': () => ({ path: '/attachments', upload: true }),
  'POST /api/tickets/:id/attachments': ticketAt('/attachments', { upload: true }),
  'GET /api/tickets/:id/attachments': ticketAt('/attachments'),
  'GET /api/attachments/:id': fileAt(),
  'GET /api/attachments/:id/download': fileAt('/download'),
  'GET /api/attachments/:id/link': fileAt('/link'),
  'DELETE /api/attachments/:id': fileAt(),
};

export const methodOf = (route: string): Method => route.split(' ')[0]?.toLowerCase() as Method;
