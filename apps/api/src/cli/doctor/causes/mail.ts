import type { Reasons } from './explain';

/** What nodemailer and SES say. */
export const MAIL_REASONS: Reasons = {
  EAUTH: {
    cause: 'the mail server does not accept user and password',
    fix: 'check SMTP_USER and SMTP_PASSWORD; those of SES are SMTP credentials, not access keys',
  },
  EENVELOPE: {
    cause: 'the mail server refuses the sender',
    fix: 'set FROM_EMAIL to an address that it sends for',
  },
  ESOCKET: {
    cause: 'the connection to the mail server broke, or it speaks no TLS as expected',
    fix: 'check SMTP_HOST and SMTP_PORT: 465 with SMTP_SECURE=tls, 587 with SMTP_SECURE=starttls',
  },
  MailFromDomainNotVerifiedException: {
    cause: 'SES does not know the domain of the sender',
    fix: 'verify the domain of FROM_EMAIL in SES, in the region SES_REGION',
  },
  AccountSendingPausedException: {
    cause: 'SES has paused this account, for bounces or complaints',
    fix: 'read the reputation page of SES and answer AWS; nothing is sent until then',
  },
};
