import { MailError, MailRejectedError, MailTemporaryError, MailUnavailableError } from './mail.errors';

/** What the SDK hangs on an error. */
interface SesFailure {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
}

/**
 * The errors that callers know, out of the SDK's; SES's own words stay in `cause`, for they name addresses.
 * @param sender of the mail: where SES does not take that, it is not the mail's fault, and mail waits until it does
 */
export function toMailError(cause: unknown, sender: string): MailError {
  const { name = '', message = '', $metadata } = cause as SesFailure;
  const status = $metadata?.httpStatusCode ?? 0;
  if (/^Throttling|TooManyRequests|LimitExceeded/.test(name)) return throttled(message, cause);
  switch (name) {
    case 'MessageRejected':
      return rejected(message, sender, cause);
    case 'InvalidParameterValue':
    case 'ValidationError':
      return new MailRejectedError('SES takes no mail for this address', {
        detail: 'invalid-address',
        cause,
      });
    case 'MailFromDomainNotVerified':
    case 'MailFromDomainNotVerifiedException':
    case 'FromEmailAddressNotVerifiedException':
      return senderRefused(cause);
    case 'AbortError':
    case 'TimeoutError':
      return new MailUnavailableError('SES does not answer in time', { detail: 'timeout', cause });
  }
  if (status >= 400 && status < 500)
    return new MailUnavailableError('SES does not let us send: rights, settings or a paused account', {
      detail: name,
      cause,
    });
  return new MailUnavailableError('SES cannot be reached', { detail: name, cause });
}

function throttled(message: string, cause: unknown): MailError {
  return /daily/i.test(message)
    ? new MailTemporaryError('The day’s quota of SES is used up', { detail: 'quota', cause })
    : new MailTemporaryError('SES asks us to send more slowly', { detail: 'throttled', cause });
}

function rejected(message: string, sender: string, cause: unknown): MailError {
  if (!/not verified/i.test(message)) return new MailRejectedError('SES refused the mail', { detail: 'message-refused', cause }); // prettier-ignore
  return message.toLowerCase().includes(sender.toLowerCase())
    ? senderRefused(cause)
    : new MailRejectedError('An address is not verified with SES, which the sandbox asks for', {
        detail: 'unverified-identity',
        cause,
      });
}

const senderRefused = (cause: unknown): MailError =>
  new MailUnavailableError('Our sender address is not verified with SES', {
    detail: 'sender-refused',
    cause,
  });
