/**
 * Who may do what: the reviewed table. Each route of the running application stands here, or the build fails.
 * A row names the object that the request is about; its figures are the answers' statuses, one a caller:
 *
 *   anonymous, owner, stranger, agent, admin, disabled, expired
 *
 * `own` is the caller's own, `other` belongs to a customer who is not the caller. What a caller may not see is 404, what it
 * may see and not do is 403; a route that is not for its role at all is 403, whatever the object.
 */
type Row = [
  anonymous: number,
  owner: number,
  stranger: number,
  agent: number,
  admin: number,
  disabled: number,
  expired: number,
];

const everybody = (status: number): Row => [status, status, status, status, status, status, status];
/** Signed-in callers alike. */
const signedIn = (status: number): Row => [401, status, status, status, status, 401, 401];
const byRole = (customer: number, staff: number): Row => [401, customer, customer, staff, staff, 401, 401];
const adminOnly = (status: number): Row => [401, 403, 403, 403, status, 401, 401];

/** A ticket's, or what hangs on it: its customer and the desk. */
const OF_A_TICKET = { own: signedIn(200), other: byRole(404, 200), missing: signedIn(404) };

export const EXPECTATIONS: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  'GET /health': { any: everybody(200) },
  'GET /health/live': { any: everybody(200) },
  'GET /health/ready': { any: everybody(200) },
  // These come straight from this machine; strangers get 404, see libs/health.
  'GET /metrics': { any: everybody(200) },
  'GET /api/docs': { any: everybody(200) },
  'GET /api/docs/': { any: everybody(200) },
  'GET /api/docs/index.html': { any: everybody(200) },
  'GET /api/docs/LICENSE': { any: everybody(404) },
  'GET /api/docs/swagger-ui-init.js': { any: everybody(200) },
  'GET /api/docs/docs/swagger-ui-init.js': { any: everybody(200) },
  'GET /api/docs-json': { any: everybody(200) },
  'GET /api/docs-yaml': { any: everybody(200) },
  // The link is the permission: it is given out by /attachments/:id/link and /download.
  'GET /api/files/*key': { signed: everybody(200), bare: everybody(403) },

  'GET /api/status': { any: everybody(200) },
  'GET /api/auth/options': { any: everybody(200) },
  'POST /api/auth/register': {
    any: everybody(201),
    'with a role': everybody(400),
    'taken address': everybody(409),
  },
  'POST /api/auth/setup': { 'guessed link': everybody(400) },
  'POST /api/auth/login': {
    own: [200, 200, 200, 200, 200, 401, 200],
    'wrong pair': everybody(401),
  },
  // By the cookie: it outlives the access token, but not the account.
  'POST /api/auth/refresh': { own: [401, 200, 200, 200, 200, 401, 200] },
  'POST /api/auth/logout': { own: everybody(204) },
  'GET /api/auth/me': { own: signedIn(200) },
  'POST /api/auth/password/forgot': { own: everybody(202), other: everybody(202), missing: everybody(202) },
  'POST /api/auth/password/reset': { 'guessed link': everybody(400) },
  'POST /api/auth/password/change': { own: signedIn(200) },
  'GET /api/auth/sessions': { own: signedIn(200) },
  'DELETE /api/auth/sessions/:id': { own: signedIn(204), other: signedIn(404), missing: signedIn(404) },

  'GET /api/agents': { any: byRole(403, 200) },
  'GET /api/users': { any: adminOnly(200) },
  'GET /api/users/me': { own: signedIn(200) },
  'PATCH /api/users/me': { own: signedIn(200) },
  'GET /api/users/:id': { own: byRole(403, 200), other: byRole(403, 200), missing: byRole(403, 404) },
  // Nobody takes its own access away.
  'PATCH /api/users/:id': { own: adminOnly(409), other: adminOnly(200), missing: adminOnly(404) },
  'DELETE /api/users/:id': {
    own: adminOnly(409),
    other: adminOnly(204),
    colleague: adminOnly(409),
    missing: adminOnly(404),
  },

  'POST /api/tickets': {
    plain: signedIn(201),
    'own followUpOf': signedIn(201),
    'other followUpOf': byRole(404, 201),
    'missing followUpOf': signedIn(404),
    'own staged attachmentIds': signedIn(201),
    'other staged attachmentIds': signedIn(400),
    'other attachmentIds': signedIn(400),
    'own note attachmentIds': signedIn(400),
    'missing attachmentIds': signedIn(400),
    'colleague assigneeId': byRole(403, 201),
    'customer assigneeId': byRole(403, 400),
    'missing assigneeId': byRole(403, 400),
    'other requesterEmail': byRole(403, 201),
  },
  // What the answers hold is looked through for what is not the caller's.
  'GET /api/tickets': {
    all: signedIn(200),
    'requester=other': signedIn(200),
    'assignee=colleague': signedIn(200),
    'q=from other': signedIn(200),
    'q=word of other': signedIn(200),
    'q=word of a note': signedIn(200),
    'cursor of other': signedIn(200),
  },
  'GET /api/tickets/counts': { any: byRole(403, 200) },
  'GET /api/tags': { any: byRole(403, 200) },
  'GET /api/tickets/:id': OF_A_TICKET,
  'PATCH /api/tickets/:id': {
    'own status': signedIn(200),
    'other status': byRole(404, 200),
    'missing status': signedIn(404),
    'own priority': byRole(403, 200),
    'other priority': byRole(404, 200),
    'missing priority': signedIn(404),
    'own assigneeId=colleague': byRole(403, 200),
    'own assigneeId=customer': byRole(403, 400),
    'own assigneeId=missing': byRole(403, 400),
  },
  'PUT /api/tickets/:id/read': {
    own: signedIn(204),
    other: byRole(404, 204),
    missing: signedIn(404),
    'own messageId=own reply': signedIn(204),
    'own messageId=own note': byRole(400, 204),
    'own messageId=other reply': signedIn(400),
    'own messageId=missing': signedIn(400),
  },
  'GET /api/tickets/:id/messages': { ...OF_A_TICKET, 'own with a cursor of another': signedIn(200) },
  'POST /api/tickets/:id/messages': {
    own: signedIn(201),
    other: byRole(404, 201),
    missing: signedIn(404),
    'own as note': byRole(403, 201),
    'other as note': byRole(404, 201),
    'own with status': byRole(403, 201),
    'other with status': byRole(404, 201),
    'own attachmentIds=own staged': signedIn(201),
    'own attachmentIds=own': signedIn(201),
    'own attachmentIds=other staged': signedIn(400),
    'own attachmentIds=other': signedIn(400),
    'own attachmentIds=own note': signedIn(400),
    'own attachmentIds=own desk': signedIn(400),
    'own attachmentIds=missing': signedIn(400),
  },
  // What the stream says is in events.spec.ts; here only its greeting, after an event of somebody else's ticket.
  'GET /api/events': { fresh: signedIn(200), 'going on before other': signedIn(200) },
  'POST /api/tickets/:id/presence': {
    own: byRole(403, 204),
    other: byRole(403, 204),
    missing: byRole(403, 404),
  },
  'GET /api/tickets/:id/events': {
    own: byRole(403, 200),
    other: byRole(403, 200),
    missing: byRole(403, 404),
  },

  'GET /api/users/me/notifications': { own: signedIn(200) },
  'PUT /api/users/me/notifications': { own: signedIn(200), 'of the other side': signedIn(400) },
  'POST /api/mail/deliveries/:id/resend': {
    own: byRole(403, 202),
    other: byRole(403, 202),
    'own receipt': byRole(403, 404),
    missing: byRole(403, 404),
  },
  // On a developer's machine only.
  'GET /api/mail/outbox': { any: everybody(404) },
  'GET /api/mail/outbox/:id': { missing: everybody(404) },
  // By the signature of SNS: nobody of ours has one. Where no topic is set up there is nothing.
  'POST /api/mail/ses-events': { unsigned: everybody(404) },

  'POST /api/attachments': { any: signedIn(201) },
  'POST /api/tickets/:id/attachments': {
    own: signedIn(201),
    other: byRole(404, 201),
    missing: signedIn(404),
  },
  'GET /api/tickets/:id/attachments': OF_A_TICKET,
  'GET /api/attachments/:id': {
    ...OF_A_TICKET,
    'own staged': signedIn(200),
    'other staged': signedIn(404),
    'own note': byRole(404, 200),
    'own desk': byRole(404, 200),
    'own reply': signedIn(200),
    'other reply': byRole(404, 200),
  },
  'GET /api/attachments/:id/download': {
    own: signedIn(302),
    other: byRole(404, 302),
    missing: signedIn(404),
    'own staged': signedIn(302),
    'other staged': signedIn(404),
    'own note': byRole(404, 302),
    'own desk': byRole(404, 302),
  },
  'GET /api/attachments/:id/link': {
    ...OF_A_TICKET,
    'own staged': signedIn(200),
    'other staged': signedIn(404),
    'own note': byRole(404, 200),
    'own desk': byRole(404, 200),
  },
  'DELETE /api/attachments/:id': {
    own: signedIn(204),
    other: byRole(404, 204),
    missing: signedIn(404),
    'own staged': signedIn(204),
    'other staged': signedIn(404),
    'own note': byRole(404, 204),
    'own desk': byRole(404, 204),
    'own reply': byRole(403, 204),
    'other reply': byRole(404, 204),
  },
};
