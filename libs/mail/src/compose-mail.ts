import type { Mail, MailAddress } from './mail';
import { MailRejectedError } from './mail.errors';

const ADDRESS = /^[^\s\p{C}@"(),:;<>[\]\\]+@[^\s\p{C}@"(),:;<>[\]\\]+$/u;
const MESSAGE_ID = /^<[!-;=?-~]+@[!-;=?-~]+>$/;
const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;
const HEADER_VALUE = /^[ -~]*$/;
const MAX_HEADER_VALUE = 900;

/**
 * The mail as RFC 5322 has it, with a text and an HTML part: the one place where mail is put together, so that every
 * transport hands over the same bytes.
 * @throws MailRejectedError where an address, an id or a header could carry something else along
 */
export async function composeMail(mail: Mail): Promise<Buffer> {
  assertSound(mail);
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const node = new MailComposer({
    messageId: mail.messageId,
    from: addressOf(mail.from),
    to: addressOf(mail.to),
    ...(mail.replyTo && { replyTo: addressOf(mail.replyTo) }),
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    date: mail.date,
    ...(mail.inReplyTo && { inReplyTo: mail.inReplyTo }),
    ...(mail.references?.length && { references: [...mail.references] }),
    headers: { ...mail.headers },
    newline: 'win',
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  return node.build();
}

const addressOf = ({ name, address }: MailAddress): { name: string; address: string } => ({
  name: name === undefined ? '' : oneLine(name),
  address,
});

/** Headers are lines: whatever would begin another one becomes a space. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();

function assertSound(mail: Mail): void {
  const addresses = [mail.from, mail.to, ...(mail.replyTo ? [mail.replyTo] : [])];
  if (!addresses.every(({ address }) => ADDRESS.test(address)))
    throw new MailRejectedError('The address is none that mail can be sent to', {
      detail: 'invalid-address',
      undeliverable: !ADDRESS.test(mail.to.address),
    });
  const ids = [mail.messageId, ...(mail.references ?? []), ...(mail.inReplyTo ? [mail.inReplyTo] : [])];
  if (!ids.every((id) => MESSAGE_ID.test(id)))
    throw new MailRejectedError('A message id is not well formed', { detail: 'invalid-header' });
  for (const [name, value] of Object.entries(mail.headers ?? {})) {
    if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value) || value.length > MAX_HEADER_VALUE)
      throw new MailRejectedError('A header is not well formed', { detail: 'invalid-header' });
  }
}
