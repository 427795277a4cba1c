import { denied } from '../causes/aws';
import { explain, type Reasons } from '../causes/explain';
import { type DoctorCheck, type DoctorContext, failure, type Finding, ok, warning } from '../check';

/** With less variety somebody has typed it. */
const MIN_DIFFERENT = 12;
const MIN_LENGTH = 32;
const DAY_MS = 86_400_000;
const OLD_DAYS = 365;

export const secretsCheck: DoctorCheck = {
  name: 'secrets',
  guide: '8. Secrets Manager access denied',
  run: (context): Finding => {
    const { secret: known, config, now } = context;
    if (known.failure !== null)
      return failure((known.failure as Error).message, explain(known.failure, reasons(context)));
    const { JWT_SECRET: secret } = config.auth;
    const where =
      config.secrets.SECRETS_PROVIDER === 'aws'
        ? `read from ${config.secrets.SECRETS_ID}`
        : 'from the environment';
    const days = known.madeAt === null ? null : Math.floor((now() - known.madeAt) / DAY_MS);
    const age = days === null ? '' : `, ${days} days old`;
    const message = `${where}; JWT_SECRET has ${secret.length} characters${age}`;
    const weak = secret.length < MIN_LENGTH || new Set(secret).size < MIN_DIFFERENT;
    if (weak && config.app.NODE_ENV !== 'development')
      return warning(message, {
        cause: 'it can be guessed, and who knows it signs in as anybody',
        fix: 'set one that was drawn: openssl rand -base64 48; keep the old one as JWT_SECRET_PREVIOUS for a day',
      });
    if (days !== null && days > OLD_DAYS)
      return warning(message, {
        cause: 'the longer a secret is in use, the more people and places have seen it',
        fix: 'put a new JWT_SECRET into the secret: both hold while it changes, and nobody is signed out',
      });
    return ok(message);
  },
};

function reasons({ config: { secrets } }: DoctorContext): Reasons {
  if (secrets.SECRETS_PROVIDER !== 'aws') return {};
  const { SECRETS_ID: id, AWS_REGION: region } = secrets;
  return {
    denied: denied(`secretsmanager:GetSecretValue on ${id}, and kms:Decrypt where its key is your own`),
    'not-found': {
      cause: `there is no secret ${id} in ${region}`,
      fix: 'check SECRETS_ID and AWS_REGION; make it: aws secretsmanager create-secret --name …',
    },
    malformed: {
      cause: 'its text is no JSON object of names and values',
      fix: 'store key/value pairs: {"JWT_SECRET":"…"}',
    },
  };
}
