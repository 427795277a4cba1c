/** What a table is about, and each of its columns. */
export interface TableWords {
  about: string;
  /** By name of the column. */
  columns: Readonly<Record<string, string>>;
}

const RID = 'Number of the row, given out once and never again. Other tables refer to it.';
const ID = 'Name of the row to the outside world, a UUID.';

/**
 * For somebody who has never seen this program. Types are not said here: they are the schema's. A test holds it to the
 * columns that an archive has.
 */
export const DICTIONARY: Readonly<Record<string, TableWords>> = {
  user: {
    about: 'People: customers, agents who answer them, and admins.',
    columns: {
      rid: RID,
      id: ID,
      email: 'Address, as its owner wrote it.',
      email_norm: 'The address in one spelling, by which it is unique: lower case, domain in ASCII.',
      name: 'Name as shown.',
      role: '`customer`, `agent` or `admin`.',
      password_hash:
        'argon2id in PHC form. Only in exports made `--with-passwords`; null for who has not set one.',
      language: 'Of letters to this person: `en`, `de`, `fr` or `es`; null where nobody has said.',
      created_at: 'When the account was made.',
      disabled_at: 'Since when this person cannot sign in; null for who can.',
    },
  },
  ticket: {
    about: 'What customers ask for. Its conversation is in `message`.',
    columns: {
      rid: 'Number of the ticket, which people see as #17. Given out once and never again.',
      id: ID,
      subject: 'One line.',
      status: '`new`, `open`, `pending` (waits for the customer), `solved` or `closed` (for good).',
      priority: '0 low, 1 normal, 2 high, 3 urgent.',
      channel: 'How it came: `web` (by the customer), `agent` (written for the customer) or `api`.',
      requester_rid: 'Whose ticket it is, a `user`.',
      assignee_rid: 'Who works on it, a `user`; null for nobody.',
      follow_up_of_rid: 'The closed `ticket` that this one goes on with; null for most.',
      last_message_rid: 'Its newest `message`; 0 for none.',
      last_reply_rid: 'Its newest `message` that the customer may read; 0 for none.',
      created_at: 'When it was opened.',
      updated_at: 'When anything of it changed last.',
      customer_updated_at: 'When anything changed last that its customer may know of.',
      due_at: 'When it is due; 9999-12-31T23:59:59.999Z for no such date.',
      waiting_since: 'Since when its customer has been waiting for an answer; null while nobody waits.',
      first_response_at: 'When it was first answered; null until then.',
      solved_at: 'When it was solved; null where it is not.',
      closed_at: 'When it was closed; null where it is not.',
      version: 'Counts the changes.',
      hidden_changes: 'How many of them its customer may not know of.',
    },
  },
  tag: {
    about: 'Words that tickets are marked with.',
    columns: {
      rid: RID,
      name: 'The word, unique.',
      ticket_count: 'Tickets that carry it.',
    },
  },
  ticket_tag: {
    about: 'Which ticket carries which tag.',
    columns: { tag_rid: 'A `tag`.', ticket_rid: 'A `ticket`.' },
  },
  ticket_read: {
    about: 'How far somebody has read a ticket.',
    columns: {
      user_rid: 'A `user`.',
      ticket_rid: 'A `ticket`.',
      message_rid: 'The newest `message` that was read.',
    },
  },
  message: {
    about: 'What was written into tickets, in the order of `rid`.',
    columns: {
      rid: RID,
      id: ID,
      ticket_rid: 'Its `ticket`.',
      author_rid: 'Who wrote it, a `user`.',
      kind: '`reply`, which the customer reads, or `note`, which only agents do.',
      body: 'Markdown, as written.',
      created_at: 'When.',
    },
  },
  ticket_event: {
    about: 'The log of each ticket: who changed what, from what to what.',
    columns: {
      rid: RID,
      id: ID,
      ticket_rid: 'Its `ticket`.',
      actor_rid: 'Who did it, a `user`; null for the desk itself.',
      type: 'What was changed: `created`, `status`, `priority`, `assignee`, `tags`, `subject`, `dueAt`, `reply`, `note`, `attachment.added` or `attachment.removed`.',
      from_value: 'The value before, as JSON in a text; null where there was none.',
      to_value: 'The value after, as JSON in a text; null where there is none.',
      created_at: 'When.',
    },
  },
  attachment: {
    about: 'Files. The content is in the archive under `files/<id>.<extension of its type>`.',
    columns: {
      rid: RID,
      id: 'A UUID, and the name of its file in the archive.',
      ticket_rid: 'Its `ticket`; null while it waits for a message to go with.',
      message_rid: 'The `message` that it came with; null where it was put on the ticket itself.',
      uploaded_by_rid: 'Who sent it, a `user`.',
      customer_visible: '1 where the customer of the ticket may see it, else 0.',
      filename: 'The name that its sender gave it.',
      mime_type: 'Media type, found by its content.',
      size: 'Bytes.',
      sha256: 'SHA-256 of its content, 64 hexadecimal digits.',
      created_at: 'When it was sent.',
    },
  },
  outbox_mail: {
    about: 'Letters that the desk wrote, and what became of them. Links to a new password are left out.',
    columns: {
      rid: RID,
      id: 'A UUID, which is part of its Message-ID.',
      kind: 'What it told: `ticketReceived`, `agentReply`, `customerReply`, `assigned` or `solved`.',
      status:
        '`sent`, `failed`, `bounced` (came back), `complained` (taken for spam) or `suppressed` (not sent on purpose). What still waited is `failed`: the desk that it waits in will send it.',
      user_rid: 'To whom, a `user`.',
      recipient: 'The address, as it was then.',
      ticket_rid: 'What it was about, a `ticket`; or null.',
      message_rid: 'What it was about, a `message`; or null.',
      actor_rid: 'Who did what it tells, a `user`; or null.',
      reason: 'Why it was not sent, or came back; or null.',
      attempts: 'How often it was tried.',
      due_at: 'When it was to be tried next.',
      expires_at: 'When it was no longer worth sending; null for never.',
      provider_id: 'What the service that took it calls it; or null.',
      created_at: 'When it was written.',
      updated_at: 'When any of this changed last.',
      sent_at: 'When it was sent; null where it was not.',
    },
  },
  mail_block: {
    about: 'Addresses that are not written to.',
    columns: {
      email_norm: 'The address in one spelling, as in `user`.',
      kind: '`bounce` (mail came back) or `complaint` (taken for spam).',
      reason: 'In the words of the mail service.',
      created_at: 'Since when.',
    },
  },
  notification_opt_out: {
    about: 'What somebody does not want to hear of by mail.',
    columns: {
      user_rid: 'A `user`.',
      kind: '`ticketReceived`, `agentReply`, `customerReply`, `assigned` or `solved`.',
    },
  },
};
