import type { Reason } from '../check';
import type { Reasons } from './explain';

const CLOCK_OR_KEY: Reason = {
  cause:
    'the signature is not accepted: the clock of this machine is off, or the secret key is not that of the access key',
  fix: 'set the clock (timedatectl, chronyc tracking); use the role of the instance instead of keys',
};
const CREDENTIALS: Reason = {
  cause: 'AWS does not know these credentials, or they have expired',
  fix: 'use the role of the instance; take AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY out of the environment',
};
const NO_CREDENTIALS: Reason = {
  cause: 'no credentials were found: no role is attached to the instance, or its metadata cannot be reached',
  fix: 'attach the role: aws ec2 describe-instances --query "Reservations[0].Instances[0].IamInstanceProfile" shows it; a container needs a hop limit of 2',
};
const REGION: Reason = {
  cause: 'it is in another region than configured',
  fix: 'set AWS_REGION to the region it is in',
};
const SLOW_DOWN: Reason = {
  cause: 'AWS asks to slow down',
  fix: 'run the doctor again; where it stays so, look at the quotas of the service',
};
const KMS_KEY: Reason = {
  cause: 'the KMS key may not be used by this role',
  fix: 'allow kms:GenerateDataKey and kms:Decrypt on the key, in its policy or in that of the role',
};

/** Names of AWS's errors that mean the same in every service. */
export const AWS_REASONS: Reasons = {
  AccessDenied: denied('the action that failed'),
  AccessDeniedException: denied('the action that failed'),
  RequestTimeTooSkewed: {
    cause: 'the clock of this machine is off by more than AWS accepts',
    fix: 'set it: sudo timedatectl set-ntp true, then chronyc tracking',
  },
  RequestExpired: CLOCK_OR_KEY,
  SignatureDoesNotMatch: CLOCK_OR_KEY,
  InvalidSignatureException: CLOCK_OR_KEY,
  InvalidAccessKeyId: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  ExpiredTokenException: CREDENTIALS,
  CredentialsProviderError: NO_CREDENTIALS,
  NoSuchBucket: {
    cause: 'there is no such bucket',
    fix: 'check S3_ATTACHMENTS_BUCKET and AWS_REGION; make the bucket with deploy/infra',
  },
  PermanentRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
  SlowDown: SLOW_DOWN,
  ThrottlingException: SLOW_DOWN,
  Throttling: SLOW_DOWN,
  TooManyRequestsException: SLOW_DOWN,
  'KMS.AccessDeniedException': KMS_KEY,
  AccessDeniedKMS: KMS_KEY,
  DecryptionFailure: KMS_KEY,
  NotImplemented: {
    cause: 'this S3-compatible store does not know what was asked of it',
    fix: 'set S3_SSE=off and S3_CHECKSUMS=when-required',
  },
};

/** Which permission the role lacks. @param actions such as `s3:PutObject on arn:aws:s3:::bucket/*` */
export function denied(actions: string): Reason {
  return {
    cause: `the role may not do this: it lacks ${actions}, or a policy of the resource denies it`,
    fix: `allow ${actions} in the policy of the instance's role; aws sts get-caller-identity says which role it is`,
  };
}
