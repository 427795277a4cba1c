import { mayReadForeignSecrets } from '@liftdesk/secrets';
import { BucketAuditor, type BucketPlace, type BucketPosture, type Told } from '@liftdesk/storage';
import type { Config } from '../../config/config';
import { failure, type Finding, ok, warning } from '../../cli/doctor/check';
import { type AuditContext, notChecked, type SecurityCheck } from '../audit-check';

type Look = (config: Config, context: AuditContext) => Promise<Finding> | Finding;

/** What only the desk's own configuration can say. */
const withConfig =
  (look: Look) =>
  (context: AuditContext): Promise<Finding> | Finding =>
    context.desk.config === null ? notChecked(context.desk.problem) : look(context.desk.config, context);

const BUCKETS = ['attachments', 'backups', 'client'] as const;
type Bucket = (typeof BUCKETS)[number];

function placeOf(which: Bucket, { storage, backup }: Config, client?: string): BucketPlace | null {
  if (which === 'backups') return backup.place.type === 's3' ? backup.place : null;
  if (storage.type !== 's3') return null;
  if (which === 'attachments') return storage;
  return client === undefined ? null : { ...storage, bucket: client };
}

const bucketCheck = (which: Bucket): SecurityCheck => ({
  name: `bucket-${which}`,
  asvs: ['8.2.2', '11.3.2', '12.3.1', '14.2.4'],
  timeoutMs: 30_000,
  run: withConfig(async (config, { clientBucket }) => {
    const place = placeOf(which, config, clientBucket);
    if (place === null)
      return notChecked(
        which === 'client'
          ? 'give its name with --client-bucket'
          : `this configuration keeps its ${which} in no bucket`,
      );
    const auditor = await BucketAuditor.open(place);
    try {
      return bucketFinding(place.bucket, which, await auditor.posture());
    } finally {
      auditor.close();
    }
  }),
});

export const bucketChecks: readonly SecurityCheck[] = BUCKETS.map(bucketCheck);

function bucketFinding(bucket: string, which: Bucket, posture: BucketPosture): Finding {
  const { publicAccessBlocked, encryption, tlsOnly, isPublic, versioned, stranger } = posture;
  const wrong = [
    ...said(
      stranger,
      (gets) =>
        gets !== 'nothing' &&
        `a stranger gets ${gets === 'object' ? 'what is in it' : 'the names of what is in it'}`,
    ),
    ...said(isPublic, (open) => open && 'its policy makes it public'),
    ...said(publicAccessBlocked, (blocked) => !blocked && 'public access is not blocked'),
    ...said(encryption, (algorithm) => algorithm === null && 'it does not encrypt'),
    ...said(tlsOnly, (only) => !only && 'it can be reached without TLS'),
    // What is deleted by mistake, or by a stolen machine, can be had again.
    ...said(versioned, (kept) => !kept && which !== 'client' && 'it keeps no former versions'),
  ];
  if (wrong.length > 0)
    return failure(`${bucket}: ${wrong.join('; ')}`, {
      cause: 'it was made by hand, or changed since',
      fix: 'deploy/infra makes buckets that are private, encrypted, versioned and TLS only: deploy the stack again',
    });
  const unknown = Object.values(posture).flatMap((part: Told<unknown>) => (part.known ? [] : [part.why]));
  if (unknown.length > 0)
    return notChecked(
      `nothing wrong was found in ${bucket}, but ${[...new Set(unknown)].join('; ')}: look with credentials of an auditor (AWS_PROFILE)`,
    );
  return ok(
    `${bucket} is private, encrypted, TLS only${which === 'client' ? '' : ', versioned'}, and tells strangers nothing`,
  );
}

function said<T>(part: Told<T>, problem: (value: T) => string | false): string[] {
  const found = part.known && problem(part.value);
  return found ? [found] : [];
}

/** Keys that somebody wrote down can be lost; those of a role end within hours. */
export const credentialsCheck: SecurityCheck = {
  name: 'credentials',
  asvs: ['13.2.1', '13.3.1'],
  run: withConfig((config) =>
    onBucket(config, async (auditor, { endpoint }) => {
      const kind = await auditor.credentials();
      if (kind === 'temporary') return ok('they are a role’s, and end by themselves');
      if (kind === 'none') return notChecked('there are no credentials here');
      if (endpoint !== undefined) return notChecked('the store is not AWS: keys are how it knows its users');
      return failure('the desk uses keys that somebody wrote down', {
        cause: 'AWS_ACCESS_KEY_ID is set, or ~/.aws/credentials has keys',
        fix: 'give the instance its role, take the keys away, and delete them in IAM: docs/runbook.md',
      });
    }),
  ),
};

/** By what it may, asked in ways that change nothing. */
export const roleCheck: SecurityCheck = {
  name: 'least-privilege',
  asvs: ['13.2.2', '13.3.2'],
  timeoutMs: 30_000,
  run: withConfig((config) =>
    onBucket(config, async (auditor) => {
      const buckets = await auditor.listsAllBuckets();
      const { secrets } = config;
      const foreign = secrets.SECRETS_PROVIDER === 'aws' && (await mayReadForeignSecrets(secrets));
      const tooMuch = [
        ...(buckets.known && buckets.value ? ['see all buckets of the account'] : []),
        ...(foreign ? ['read secrets that are not the desk’s'] : []),
      ];
      if (tooMuch.length > 0)
        return failure(`the credentials may ${tooMuch.join(' and ')}`, {
          cause: 'the role has more than the desk needs, or these are the credentials of an administrator',
          fix: 'deploy/README.md lists what the role needs; run this audit on the machine, with its own role',
        });
      if (!buckets.known) return notChecked(buckets.why);
      const asked = secrets.SECRETS_PROVIDER === 'aws' ? ', nor reading secrets of others' : '';
      return ok(`listing the buckets of the account is refused${asked}`);
    }),
  ),
};

async function onBucket(
  { storage }: Config,
  look: (auditor: BucketAuditor, place: BucketPlace) => Promise<Finding>,
): Promise<Finding> {
  if (storage.type !== 's3') return notChecked('this configuration uses nothing of AWS');
  const auditor = await BucketAuditor.open(storage);
  try {
    return await look(auditor, storage);
  } finally {
    auditor.close();
  }
}

export const secretStoreCheck: SecurityCheck = {
  name: 'secret-store',
  asvs: ['13.3.1'],
  run: withConfig(({ secrets, app }) => {
    if (secrets.SECRETS_PROVIDER === 'aws')
      return ok(`secrets are in Secrets Manager (${secrets.SECRETS_ID})`);
    if (app.NODE_ENV === 'development') return notChecked('this is a configuration for development');
    return warning('secrets come from the environment', {
      cause: 'who may look into the process may read them, and nobody renews them',
      fix: 'SECRETS_PROVIDER=aws; or see that the unit’s file of secrets is readable by root alone',
    });
  }),
};

export const backupsCheck: SecurityCheck = {
  name: 'backups',
  asvs: ['11.3.3', '14.2.4'],
  run: withConfig(({ backup, app }) => {
    if (!backup.isOn)
      return app.NODE_ENV === 'development'
        ? notChecked('this is a configuration for development')
        : failure('nobody counts on backups', {
            cause: 'BACKUPS is off',
            fix: 'BACKUPS=on, and the timer of deploy/machine',
          });
    if (backup.encryptionKey !== undefined) return ok('backups are made, and encrypted by the desk itself');
    return warning('backups are not encrypted by the desk itself', {
      cause:
        backup.place.type === 's3'
          ? 'whoever may read the bucket may read them; the store’s own encryption does not keep him from it'
          : 'whoever gets hold of the disk has everything',
      fix: 'set DATABASE_ENCRYPTION_KEY in the secret, and keep it in another place too',
    });
  }),
};
