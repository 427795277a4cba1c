import { Match } from 'aws-cdk-lib/assertions';
import { PROFILES, SCALE, SMALL, Synthesised, textOf } from './desk';

const scale = () => Synthesised.of(SCALE);
const NOT_LIVE = { ...SCALE, live: false };

describe.each(PROFILES)('%s:', (_name, context) => {
  const desk = () => Synthesised.of(context);

  describe('secrets', () => {
    it('are made by AWS: no value stands in the template', () => {
      for (const { Properties } of desk().ofType('AWS::SecretsManager::Secret')) {
        expect(Properties).not.toHaveProperty('SecretString');
        expect(Properties['GenerateSecretString']).toBeDefined();
      }
    });

    it('has a JWT_SECRET and a key of backups of 64 characters, the key kept when all else goes', () => {
      const secrets = desk().ofType('AWS::SecretsManager::Secret');
      const [key, , own] = secrets.filter(({ Properties }) =>
        String(Properties['Name']).includes('support-ticket'),
      );
      expect(own?.Properties).toMatchObject({
        Name: 'prod/support-ticket/api',
        GenerateSecretString: { GenerateStringKey: 'JWT_SECRET', PasswordLength: 64 },
      });
      const { SecretStringTemplate } = own?.Properties['GenerateSecretString'] as {
        SecretStringTemplate: unknown;
      };
      const values = JSON.parse(textOf(SecretStringTemplate)) as Record<string, string>;
      expect(values['DATABASE_ENCRYPTION_KEY']).toMatch(
        /^\{\{resolve:secretsmanager:<SecretsBackupKey\w+>:SecretString:::\}\}$/,
      );
      expect(key).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
        Properties: { GenerateSecretString: { PasswordLength: 64 } },
      });
    });
  });
});

describe('the data of scale', () => {
  it('is a PostgreSQL that is encrypted, speaks TLS alone, stands by in another zone, is backed up and not deleted', () => {
    const [database] = scale().ofType('AWS::RDS::DBInstance');
    expect(database?.Properties).toMatchObject({
      StorageEncrypted: true,
      MultiAZ: true,
      PubliclyAccessible: false,
      BackupRetentionPeriod: 7,
      DeletionProtection: true,
    });
    expect(database?.DeletionPolicy).toBe('Snapshot');
    const [untouched] = Synthesised.of(NOT_LIVE).ofType('AWS::RDS::DBInstance');
    expect(untouched?.Properties['DeletionProtection']).toBe(false);
    scale().template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Parameters: { 'rds.force_ssl': '1' },
    });
  });

  it('is a Redis that is encrypted, asks for a password, fails over, and drops what expires first', () => {
    scale().template.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      AuthToken: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
    });
    scale().template.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
      Properties: { 'maxmemory-policy': 'volatile-ttl' },
    });
  });

  it('is in subnets that have no way out', () => {
    const routes = scale().ofType('AWS::EC2::Route');
    for (const { Properties } of routes) expect(textOf(Properties['RouteTableId'])).toContain('public');
    const used = [
      ...scale().ofType('AWS::RDS::DBSubnetGroup'),
      ...scale().ofType('AWS::ElastiCache::SubnetGroup'),
    ].flatMap(({ Properties }) => Properties['SubnetIds'] as unknown[]);
    expect(used).toHaveLength(4);
    for (const subnet of used) expect(textOf(subnet)).toContain('data');
  });

  it('reaches the desk by references in its secret', () => {
    const own = scale()
      .ofType('AWS::SecretsManager::Secret')
      .find(({ Properties }) => textOf(Properties['Name'] ?? '') === 'prod/support-ticket/api');
    const { SecretStringTemplate } = own?.Properties['GenerateSecretString'] as {
      SecretStringTemplate: unknown;
    };
    const values = JSON.parse(textOf(SecretStringTemplate)) as Record<string, string>;
    expect(values['DATABASE_URL']).toMatch(
      /^postgres:\/\/liftdesk:\{\{resolve:secretsmanager:<\w+>:SecretString:password::\}\}@<\w+\.Endpoint\.Address>:<\w+\.Endpoint\.Port>\/liftdesk$/,
    );
    expect(values['REDIS_PASSWORD']).toMatch(
      /^\{\{resolve:secretsmanager:<RedisPassword\w+>:SecretString:::\}\}$/,
    );
  });

  it('the password of PostgreSQL has no character that an address would have to write otherwise', () => {
    const secret = scale()
      .ofType('AWS::SecretsManager::Secret')
      .find(({ Properties }) => JSON.stringify(Properties).includes('"GenerateStringKey":"password"'));
    const { ExcludeCharacters } = secret?.Properties['GenerateSecretString'] as { ExcludeCharacters: string };
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const left = printable.filter((character) => !ExcludeCharacters.includes(character));
    for (const character of left) expect(encodeURIComponent(character)).toBe(character);
  });
});

describe('PostgreSQL beside a small desk', () => {
  const desk = () => Synthesised.of({ ...SMALL, database: 'beside' });

  it('is reached by the machine, and the desk stays where it is', () => {
    expect(desk().ofType('AWS::EC2::SecurityGroupIngress')).toHaveLength(1);
    expect(desk().userData).toMatch(/^ENGINE=sqlite$/m);
    expect(desk().userData).toMatch(/^DATABASE_CA_FILE=/m);
    expect(JSON.stringify(desk().resources)).not.toContain('DATABASE_URL');
  });
});
