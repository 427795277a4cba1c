import type { MailDelivery } from '@liftdesk/api-client';
import type { IconName } from '../../shared/ui/icon/icons';

export interface MailWords {
  icon: IconName;
  /** Beside the time of the message. */
  mark: string;
  /** What happened, for the strip and the tooltip. */
  text: string;
}

/** What became of a mail, as the team reads it. */
export function mailWords({ status, recipient, reason, attempts }: MailDelivery): MailWords {
  const why = reason ? `: ${reason.replace(/[.\s]+$/, '')}` : '';
  const tries = attempts === 1 ? 'Tried once' : `Tried ${attempts} times`;
  switch (status) {
    case 'queued':
      // One that is just being sent has been taken up once, and nothing has gone wrong.
      return reason
        ? { icon: 'clock-fading', mark: 'Queued again', text: `${tries}, goes on trying${why}` }
        : { icon: 'clock-fading', mark: 'Queued', text: `The mail to ${recipient} goes out in a moment` };
    case 'sent':
      return { icon: 'check', mark: 'Sent', text: `Mailed to ${recipient}` };
    case 'failed':
      return {
        icon: 'circle-alert',
        mark: 'Mail failed',
        text: `The mail to ${recipient} did not go out${why}. ${tries}.`,
      };
    case 'bounced':
      return { icon: 'circle-alert', mark: 'Bounced', text: `The mail to ${recipient} came back${why}.` };
    case 'complained':
      return {
        icon: 'circle-alert',
        mark: 'Marked as spam',
        text: `${recipient} has marked our mail as spam${why}.`,
      };
    case 'suppressed':
      return {
        icon: 'circle-alert',
        mark: 'Not mailed',
        text: `Not mailed${why || `: mail to ${recipient} has bounced before`}.`,
      };
  }
}

/** Something that an agent should know and can do something about. */
export function isTrouble({ status }: MailDelivery): boolean {
  return status !== 'queued' && status !== 'sent';
}

/** What to ask before an address is written to again that mail does not reach; null where nothing blocks it. */
export function blockQuestion({ status, recipient }: MailDelivery): string | null {
  if (status === 'bounced' || status === 'suppressed')
    return `${recipient} bounced. Write to this address again?`;
  return status === 'complained' ? `${recipient} took our mail for spam. Write to this address again?` : null;
}
