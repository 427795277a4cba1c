import { Aws } from 'aws-cdk-lib';
import type { BootVariables } from './boot-script';
import type { Buckets } from './buckets';
import type { Mail } from './mail';
import type { Mainstay } from './mainstay';
import type { Names } from './names';
import type { Redis } from './redis';
import type { Settings } from './settings';

export interface MachineVariablesProps {
  readonly settings: Settings;
  readonly names: Names;
  readonly buckets: Buckets;
  /** Where people find the desk. */
  readonly deskUrl: string;
  /** The name that the distribution finds the machines by; without a domain the distribution's own. */
  readonly origin: string;
  readonly secretIds: { readonly desk: string; readonly origin: string };
  readonly mail: Mail;
  /** Of several machines. */
  readonly redis?: Redis;
  /** Of one. */
  readonly mainstay?: Mainstay;
}

/** Where the desk and its data are on a machine; a volume of its own is mounted there. */
export const APP_DIR = '/home/ec2-user/app';

/** Of several machines. Without Redis processes would know nothing of each other: one of a machine, on PostgreSQL too. */
const PROCESSES = 2;

/** What a machine is told when it boots. None of it is secret: whoever may look at a machine may read its user data. */
export function machineVariables(props: MachineVariablesProps): BootVariables {
  return {
    machine: machineOf(props),
    settings: { ...settingsOf(props), ...props.settings.variables },
    boot: {
      ADDRESS_ID: props.mainstay?.address.attrAllocationId,
      VOLUME_ID: props.mainstay?.volume.volumeId,
      ARTEFACTS_BUCKET: props.buckets.artefacts.bucketName,
      DATABASE: props.settings.database === 'none' ? 'no' : 'yes',
    },
  };
}

/** Names and kinds: deploy/machine/variables.mjs. */
function machineOf({
  settings,
  names,
  origin,
  secretIds,
  mainstay,
  redis,
}: MachineVariablesProps): BootVariables['machine'] {
  const { domain, database, environment } = settings;
  // One machine asks Let's Encrypt itself. Behind a load balancer, which looks at no certificate, its own will do.
  const isInTheClear = mainstay !== undefined && domain === undefined;
  const asksForCertificate = mainstay !== undefined && domain !== undefined;
  return {
    APP_USER: 'ec2-user',
    APP_DIR,
    DOMAIN: origin,
    NODE_ENV: environment,
    ENGINE: database === 'used' ? 'postgres' : 'sqlite',
    INSTANCES: redis ? String(PROCESSES) : '1',
    CDN: 'on',
    ORIGIN_SECRET_ID: secretIds.origin,
    TLS: isInTheClear ? 'off' : 'on',
    // Until there is another certificate, and behind a load balancer for good, the machine vouches for itself.
    SMOKE_CA: isInTheClear ? undefined : '/etc/liftdesk/self-signed/fullchain.pem',
    ACME_EMAIL: asksForCertificate ? settings.alarmEmail : undefined,
    AWS_REGION: Aws.REGION,
    LOG_GROUP: names.logGroup,
    METRICS_NAMESPACE: names.metrics,
  };
}

/** Names: docs/configuration.md. Where things lie on the machine, that logs are files and who is trusted, its setup adds. */
function settingsOf(props: MachineVariablesProps): BootVariables['settings'] {
  const { settings, buckets, deskUrl, secretIds, mail, redis } = props;
  return {
    NODE_ENV: settings.environment,
    PLATFORM: 'aws',
    AWS_REGION: Aws.REGION,
    SECRETS_ID: secretIds.desk,
    FRONTEND_URL: deskUrl,
    DATABASE_POOL_SIZE: redis && String(poolSize(settings.machines.max)),
    DATABASE_CA_FILE: settings.database === 'none' ? undefined : '/etc/liftdesk/rds-global-bundle.pem',
    S3_ATTACHMENTS_BUCKET: buckets.attachments.bucketName,
    S3_BACKUPS_BUCKET: buckets.backups.bucketName,
    BACKUPS: 'on',
    SES_REGION: Aws.REGION,
    FROM_EMAIL: settings.fromEmail,
    SES_CONFIGURATION_SET: mail.configurationSet.configurationSetName,
    SES_TOPIC_ARN: mail.topicArns,
    THROTTLE_STORE: redis ? 'redis' : 'memory',
    PUBSUB: redis ? 'redis' : 'memory',
    REDIS_HOST: redis?.host,
    REDIS_PORT: redis?.port,
    REDIS_TLS: redis ? 'true' : undefined,
  };
}

/**
 * What all processes may keep together stays below what the smallest PostgreSQL of RDS takes, some 80 connections, with room for
 * backups and people. While a machine takes a release it has a process more.
 */
function poolSize(machines: number): number {
  const CONNECTIONS = 72;
  return Math.floor(CONNECTIONS / (machines * (PROCESSES + 1)));
}
