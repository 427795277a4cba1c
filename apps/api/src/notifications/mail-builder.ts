import { Injectable } from '@nestjs/common';
import { type Mail, MailTransport } from '@liftdesk/mail';
import { MailSecrets } from './mail-secrets';
import { NotificationConfig, NotificationKeys } from './notification.config';
import { type MailSource, OutboxQuery } from './outbox.query';
import { makeReplyToken, replyAddress } from './reply-token';
import { type Letter, letterAsText } from './templates/letter';
import { letterAsHtml } from './templates/letter-html';
import { type Phrases, phrasesOf } from './templates/phrases';

/** There is nothing to make a mail of any more: what it was about is gone, or its secret does not open. */
export class NothingToSendError extends Error {}

/** A mail of a ticket has all of these, one of an account none. */
type TicketSource = MailSource & { ticketRid: number; ticketId: string; ticketSubject: string };

/**
 * Tells other machines that nobody is there to answer (RFC 3834), so that none does: neither an absence note nor another
 * help desk may begin a conversation with us.
 */
const AUTOMATIC = {
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
  Precedence: 'bulk',
};

/** Makes mail of what waits in the outbox, in the language of who gets it. */
@Injectable()
export class MailBuilder {
  constructor(
    private readonly query: OutboxQuery,
    private readonly secrets: MailSecrets,
    private readonly keys: NotificationKeys,
    private readonly transport: MailTransport,
    private readonly config: NotificationConfig,
  ) {}

  /** @throws NothingToSendError */
  async build(rid: number, source: MailSource): Promise<Mail> {
    const letter = await this.letter(source);
    const { appName, fromEmail } = this.config.settings;
    const from = source.kind === 'agentReply' ? `${source.messageAuthorName} (${appName})` : appName;
    return {
      messageId: this.messageId(source.id),
      from: { name: from, address: fromEmail },
      to: { name: source.userName, address: source.recipient },
      subject: subjectOf(source, phrasesOf(source.userLanguage), appName),
      text: letterAsText(letter),
      html: await letterAsHtml(letter),
      date: new Date(source.createdAt),
      headers: AUTOMATIC,
      ...(isOfTicket(source) && (await this.threadOf(rid, source))),
    };
  }

  /** Ours, which stays the same at each try. */
  messageId(id: string): string {
    return `<${id}@${this.domain}>`;
  }

  private get domain(): string {
    const { fromEmail } = this.config.settings;
    return fromEmail.slice(fromEmail.lastIndexOf('@') + 1);
  }

  /** All mails of a ticket hang on one id that no mail has, so that they stay together whoever rewrites the others. */
  private async threadOf(rid: number, source: TicketSource): Promise<Partial<Mail>> {
    const root = `<ticket-${source.ticketId}@${this.domain}>`;
    const earlier = await this.query.earlierMail(rid, source.ticketRid, source.userRid);
    const before = earlier && this.transport.messageIdSeen(this.messageId(earlier.id), earlier.providerId);
    const [secret] = this.keys.forReplies();
    if (!secret) throw new Error('There is no key for answers');
    const { fromEmail, replyDomain } = this.config.settings;
    const token = makeReplyToken({ ticketRid: source.ticketRid, userRid: source.userRid }, secret);
    const answersTo = replyAddress(token, fromEmail, replyDomain);
    return {
      inReplyTo: before ?? root,
      references: before === null ? [root] : [root, before],
      ...(answersTo !== null && { replyTo: { address: answersTo } }),
    };
  }

  private async letter(source: MailSource): Promise<Letter> {
    const phrases = phrasesOf(source.userLanguage);
    const { appName, publicUrl } = this.config.settings;
    const common = {
      language: source.userLanguage ?? 'en',
      appName,
      hello: phrases.hello(source.userName),
    };
    if (source.kind === 'passwordReset') return { ...common, ...this.resetLetter(source, phrases) };
    if (!isOfTicket(source)) throw new NothingToSendError('The ticket is gone');
    const isRequester = source.requesterRid === source.userRid;
    const side = source.userRole === 'customer' ? '/my/tickets' : '/tickets';
    return {
      ...common,
      about: `#${source.ticketRid} · ${source.ticketSubject}`,
      ...wordsOf(source, phrases),
      message: await this.messageOf(source, phrases),
      button: { label: phrases.openTicket, url: `${publicUrl}${side}/${source.ticketRid}` },
      notes: [phrases.answerThere],
      footer: {
        text: isRequester ? phrases.because.requester(appName) : phrases.because.assignee(appName),
        link: { label: phrases.settings, url: `${publicUrl}/account` },
      },
    };
  }

  private async messageOf(source: TicketSource, phrases: Phrases): Promise<Letter['message']> {
    if (source.kind === 'solved') return null;
    if (source.messageRid === null || source.messageBody === null)
      throw new NothingToSendError('The message is gone, or not for mail');
    // Anybody may give any address at registration: a stranger's words must not come to its owner by our hand.
    if (source.kind === 'ticketReceived' && isOwn(source)) return null;
    const files = await this.query.files(source.messageRid);
    return {
      heading: phrases.wrote(source.messageAuthorName ?? ''),
      body: source.messageBody,
      files: files.length > 0 ? phrases.files(files.join(', ')) : null,
    };
  }

  private resetLetter(source: MailSource, phrases: Phrases): Omit<Letter, 'language' | 'appName' | 'hello'> {
    const token = source.secret === null ? null : this.secrets.open(source.secret, source.id);
    if (token === null) throw new NothingToSendError('The link cannot be opened any more');
    const { appName, publicUrl } = this.config.settings;
    const { passwordReset } = phrases;
    const minutes = Math.max(1, Math.round(((source.expiresAt ?? 0) - source.createdAt) / 60_000));
    return {
      about: null,
      title: passwordReset.title,
      paragraphs: [passwordReset.intro(appName)],
      message: null,
      button: { label: passwordReset.button, url: `${publicUrl}/reset-password?token=${token}` },
      notes: [passwordReset.expires(minutes), passwordReset.ignore],
      footer: { text: appName, link: null },
    };
  }
}

function isOfTicket(source: MailSource): source is TicketSource {
  return source.ticketRid !== null && source.ticketId !== null && source.ticketSubject !== null;
}

/** Who gets the mail wrote the message itself. */
const isOwn = ({ messageAuthorRid, userRid }: MailSource): boolean => messageAuthorRid === userRid;

/** The same words in each mail of a ticket, by which mail programs keep them together. */
function subjectOf(source: MailSource, phrases: Phrases, appName: string): string {
  if (!isOfTicket(source)) return phrases.passwordReset.subject(appName);
  const subject = `${source.ticketSubject} [#${source.ticketRid}]`;
  return source.kind === 'ticketReceived' || source.kind === 'assigned' ? subject : `Re: ${subject}`;
}

function wordsOf(source: TicketSource, phrases: Phrases): Pick<Letter, 'title' | 'paragraphs'> {
  const actor = source.actorName ?? '';
  const author = source.messageAuthorName ?? '';
  switch (source.kind) {
    case 'ticketReceived': {
      const { title, own, byDesk } = phrases.ticketReceived;
      return {
        title,
        paragraphs: [isOwn(source) ? own(source.ticketRid) : byDesk(author, source.ticketRid)],
      };
    }
    case 'agentReply':
      return {
        title: phrases.agentReply.title(author),
        paragraphs: source.ticketStatus === 'solved' ? [phrases.agentReply.alsoSolved] : [],
      };
    case 'customerReply':
      return { title: phrases.customerReply.title(author), paragraphs: [] };
    case 'assigned':
      return {
        title: phrases.assigned.title(actor),
        paragraphs: [phrases.assigned.intro(source.requesterName ?? '')],
      };
    case 'solved':
      return { title: phrases.solved.title, paragraphs: [phrases.solved.intro(actor)] };
    case 'passwordReset':
      throw new NothingToSendError('A link to a password belongs to no ticket');
  }
}
