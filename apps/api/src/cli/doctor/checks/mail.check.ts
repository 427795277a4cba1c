import { createMailTransport, type MailConfig } from '@liftdesk/mail';
import { accessSync, constants } from 'node:fs';
import { denied } from '../causes/aws';
import { reasonOf, type Reasons } from '../causes/explain';
import { type DoctorCheck, type DoctorContext, failure, type Finding, ok, warning } from '../check';
import { existingFolder } from './host.checks';

const PATIENCE_MS = 8_000;
/** Of what SES warns: with these nothing goes out. */
const NOTHING_GOES_OUT = /not verified|paused/;

const SES_REASONS: Reasons = {
  AccessDenied: denied(
    'ses:SendRawEmail, ses:GetSendQuota, ses:GetAccountSendingEnabled and ses:GetIdentityVerificationAttributes',
  ),
};

/** Whether mail would be taken: asked of the service, without sending any. */
export const mailCheck: DoctorCheck = {
  name: 'mail',
  timeoutMs: PATIENCE_MS + 2_000,
  run: async ({ config }): Promise<Finding> => {
    const { mail, app } = config;
    if (mail.type === 'log') return folderFinding(mail.dir, app.NODE_ENV);
    const transport = await createMailTransport({
      ...mail,
      timeoutMs: Math.min(mail.timeoutMs, PATIENCE_MS),
    });
    try {
      const { warning: told } = await transport.check();
      return told === undefined ? ok(`${placeOf(mail)} takes mail`) : verdictFor(mail, told);
    } finally {
      await transport.close();
    }
  },
  explain: (error, { config }: DoctorContext) =>
    reasonOf(error, config.mail.type === 'ses' ? SES_REASONS : {}),
};

function folderFinding(dir: string, environment: string): Finding {
  accessSync(existingFolder(dir), constants.W_OK);
  if (environment !== 'production') return ok(`mail is put into ${dir}`);
  return warning(`mail is put into ${dir}, and reaches nobody`, {
    cause: 'MAIL_TRANSPORT=log is for whoever develops',
    fix: 'set MAIL_TRANSPORT=ses with SES_REGION and FROM_EMAIL, or smtp with SMTP_HOST',
  });
}

function verdictFor(mail: MailConfig, told: string): Finding {
  if (NOTHING_GOES_OUT.test(told))
    return failure(told, {
      cause: 'SES refuses mail of this sender, or of this account',
      fix: `verify ${mail.fromEmail} or its domain in SES, in the region of SES_REGION; a pause is ended on the reputation page`,
    });
  if (/sandbox/.test(told))
    return warning(told, {
      cause: 'a new account of SES writes to verified addresses alone, 200 mails a day',
      fix: 'ask for production access: SES console, account dashboard',
    });
  return warning(told, {
    cause: 'beyond the quota SES takes nothing until the 24 hours are over; mail waits in the outbox',
    fix: 'ask for a higher quota in the SES console',
  });
}

function placeOf(mail: MailConfig): string {
  switch (mail.type) {
    case 'log':
      return mail.dir;
    case 'smtp':
      return `${mail.host}:${mail.port}`;
    case 'ses':
      return `SES in ${mail.region}`;
  }
}
