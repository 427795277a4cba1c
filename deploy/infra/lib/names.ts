import { Aws } from 'aws-cdk-lib';
import type { Settings } from './settings';

/** What everything is called: the document's names for a first desk in production, distinct ones for every other. */
export interface Names {
  readonly stack: string;
  /** The value of the tag `liftdesk` on all that is made. */
  readonly tag: string;
  readonly secret: string;
  readonly backupKeySecret: string;
  readonly originSecret: string;
  readonly logGroup: string;
  readonly metrics: string;
  bucket(of: 'client' | 'attachments' | 'backups' | 'artefacts'): string;
}

/** The tag by which rights are bound to this desk's machines. */
export const TAG = 'liftdesk';

export function namesOf({ name, environment }: Pick<Settings, 'name' | 'environment'>): Names {
  const tag = `${name}-${environment}`;
  const first = name === 'liftdesk' ? '' : `${name}/`;
  const short = environment === 'production' ? 'prod' : 'staging';
  const suffix = tag === 'liftdesk-production' ? '' : `-${tag}`;
  return {
    stack: tag,
    tag,
    secret: `${first}${short}/support-ticket/api`,
    backupKeySecret: `${first}${short}/support-ticket/backup-key`,
    originSecret: `${first}${short}/support-ticket/origin`,
    logGroup: `/aws/ec2/support-ticket-api${suffix}`,
    metrics: `SupportTicketApp${suffix}`,
    bucket: (of) => `${tag}-${of}-${Aws.ACCOUNT_ID}-${Aws.REGION}`,
  };
}
