import { MailError, MailRejectedError, MailTemporaryError, MailUnavailableError } from './mail.errors';

/** What nodemailer hangs on an error. */
interface SmtpFailure {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

/** The mailbox or its domain does not exist (RFC 3463, RFC 7505): 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10. */
const NO_SUCH_ADDRESS = /^5\d\d[ -]5\.1\.(1|2|3|6|10)\b/;

/** The errors that callers know, out of nodemailer's; a server's own words stay in `cause`, for they name addresses. */
export function toMailError(cause: unknown): MailError {
  if (cause instanceof MailError) return cause;
  const { code, command, response = '', responseCode } = cause as SmtpFailure;
  const answer = shortAnswer(response);
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new MailUnavailableError('The mail server does not take our name and password', {
      detail: 'sign-in-refused',
      cause,
    });
  if (responseCode === undefined) return withoutAnswer(code, cause);
  if (responseCode === 421)
    return new MailUnavailableError(`The mail server sends us away for now${answer}`, { detail: '421', cause }); // prettier-ignore
  if (responseCode < 500)
    return new MailTemporaryError(`The mail server does not take it yet${answer}`, {
      detail: String(responseCode),
      cause,
    });
  if (command?.startsWith('RCPT'))
    return new MailRejectedError(`The mail server refused the recipient${answer}`, {
      detail: 'recipient-refused',
      undeliverable: NO_SUCH_ADDRESS.test(response),
      cause,
    });
  if (command?.startsWith('MAIL'))
    // Of no mail's making: what waits goes out when the server takes us again.
    return new MailUnavailableError(`The mail server refused our sender address${answer}`, {
      detail: 'sender-refused',
      cause,
    });
  if (command?.startsWith('DATA') || code === 'EMESSAGE')
    return new MailRejectedError(`The mail server refused the mail${answer}`, {
      detail: 'message-refused',
      cause,
    });
  return new MailUnavailableError(`The mail server does not work with us${answer}`, { detail: code, cause });
}

function withoutAnswer(code: string | undefined, cause: unknown): MailError {
  switch (code) {
    case 'EENVELOPE':
      return new MailRejectedError('The mail server cannot deliver to this kind of address', {
        detail: 'invalid-address',
        cause,
      });
    case 'EMESSAGE':
      return new MailRejectedError('The mail is too large for the mail server', {
        detail: 'too-large',
        cause,
      });
    case 'ETLS':
    case 'ESOCKET':
      return new MailUnavailableError('No safe connection to the mail server', { detail: code, cause });
    case 'ETIMEDOUT':
      return new MailUnavailableError('The mail server does not answer in time', {
        detail: 'timeout',
        cause,
      });
    default:
      return new MailUnavailableError('The mail server cannot be reached', { detail: code, cause });
  }
}

/** Its codes, in brackets. */
function shortAnswer(response: string): string {
  const match = /^(\d{3})(?:[ -]+(\d\.\d{1,3}\.\d{1,3}))?/.exec(response);
  return match ? ` (${[match[1], match[2]].filter(Boolean).join(' ')})` : '';
}
