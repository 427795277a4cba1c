import { RemovalPolicy } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { accept } from './accept';
import type { Names } from './names';

export interface SecretsProps {
  readonly names: Names;
  /** More that the desk finds in its secret, as references which CloudFormation fills in: DATABASE_URL, REDIS_PASSWORD. */
  readonly references: Readonly<Record<string, string>>;
}

const LETTERS = { excludePunctuation: true, includeSpace: false, passwordLength: 64 };

/**
 * What nobody types and no template shows: CloudFormation makes the values, or fills references in, on its way to Secrets Manager.
 * The key of backups is a secret of its own: making the desk's secret anew, as when a database is added, makes a new
 * JWT_SECRET, which signs nobody out, while another key of backups would make noise of every backup there is.
 */
export class Secrets extends Construct {
  /** The desk's: a JSON object of variables. */
  readonly desk: secretsmanager.Secret;
  /** What the distribution tells the machine, so that it believes the visitor's address. */
  readonly origin: secretsmanager.Secret;
  readonly backupKey: secretsmanager.Secret;

  constructor(scope: Construct, id: string, { names, references }: SecretsProps) {
    super(scope, id);
    this.backupKey = this.made(
      'BackupKey',
      names.backupKeySecret,
      'Encrypts the backups of Liftdesk: keep a copy elsewhere',
    );
    this.origin = this.made('Origin', names.originSecret, 'What CloudFront says to the origin of Liftdesk');
    const values = { DATABASE_ENCRYPTION_KEY: this.backupKey.secretValue.unsafeUnwrap(), ...references };
    this.desk = new secretsmanager.Secret(this, 'Desk', {
      secretName: names.secret,
      description: 'What Liftdesk keeps secret: a JSON object of variables',
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      generateSecretString: {
        ...LETTERS,
        secretStringTemplate: JSON.stringify(values),
        generateStringKey: 'JWT_SECRET',
      },
    });
    accept(
      this.desk,
      'AwsSolutions-SMG4',
      'JWT_SECRET is rotated by putting a new version, which the processes follow (runbook); a Lambda that does it by itself is one more thing to keep.',
    );
  }

  private made(id: string, secretName: string, description: string): secretsmanager.Secret {
    const secret = new secretsmanager.Secret(this, id, {
      secretName,
      description,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      generateSecretString: LETTERS,
    });
    accept(
      secret,
      'AwsSolutions-SMG4',
      'A new value would end what the former one opens: it is changed by hand, with care.',
    );
    return secret;
  }
}
