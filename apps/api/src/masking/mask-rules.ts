/**
 * What `--mask` does with each text of a desk. Numbers and instants stay as they are: ticket numbers, sizes, statistics and
 * the order of things are those of production.
 *
 * - `choice`: one of a few words of our own, which a CHECK holds it to. It stays.
 * - `id`: a UUID stays.
 * - `address`, and `own address` and `name` of a user: of one and the same new person wherever an address occurs; nobody's, as
 *   all of them end in `.example`.
 * - `subject`, `prose`: something else that somebody might have written, in the language that the text seems to be in, about
 *   as long.
 * - `tag`, `filename`, `storage key`, `sha256`: others, each the same for the same; a file keeps its extension.
 * - `log value`: what a line of a ticket's log tells is masked as it is where it came from.
 * - `mime type`, `language`: one of ours stays.
 * - `nothing`: becomes null. A masked desk has no passwords: `npm run user:password` gives somebody one.
 * - `mail status`: mail that waits to be sent is not sent from here.
 * - `reason`: a line that says nothing of anybody.
 *
 * Tables left out hold what opens a door or lives for a day: sessions and their tokens, links to new passwords, answers to
 * requests; and keys of stored objects, which are to be removed there and not from here.
 *
 * Files are not carried. Their rows are, under keys that no store has: a download answers as it does for a file that is lost.
 */
export type Mask =
  | 'choice'
  | 'id'
  | 'address'
  | 'own address'
  | 'normalised address'
  | 'name'
  | 'subject'
  | 'prose'
  | 'tag'
  | 'filename'
  | 'storage key'
  | 'sha256'
  | 'log value'
  | 'mime type'
  | 'language'
  | 'nothing'
  | 'mail status'
  | 'reason';

/** Every text of every table; a new one is masked by nobody until it stands here, and masker() says so. */
export const MASKS: Readonly<Record<string, 'left out' | Readonly<Record<string, Mask>>>> = {
  user: {
    ...{ id: 'id', email: 'own address', email_norm: 'normalised address', name: 'name', role: 'choice' },
    ...{ password_hash: 'nothing', language: 'language' },
  },
  session: 'left out',
  refresh_token: 'left out',
  password_reset: 'left out',
  ticket: { id: 'id', subject: 'subject', status: 'choice', channel: 'choice' },
  tag: { name: 'tag' },
  ticket_tag: {},
  ticket_read: {},
  message: { id: 'id', kind: 'choice', body: 'prose' },
  ticket_event: { id: 'id', type: 'choice', from_value: 'log value', to_value: 'log value' },
  attachment: {
    ...{
      id: 'id',
      filename: 'filename',
      mime_type: 'mime type',
      sha256: 'sha256',
      storage_key: 'storage key',
    },
  },
  unsettled_object: 'left out',
  idempotency_key: 'left out',
  outbox_mail: {
    ...{ id: 'id', kind: 'choice', status: 'mail status', recipient: 'address', secret: 'nothing' },
    ...{ reason: 'reason', lease: 'nothing', provider_id: 'nothing' },
  },
  mail_block: { email_norm: 'normalised address', kind: 'choice', reason: 'reason' },
  notification_opt_out: { kind: 'choice' },
};
