import { parse } from 'dotenv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SLICES, parseConfig } from './config';
import { variablesOf } from './variables';

const ROOT = join(__dirname, '../../../..');
const profile = (name: string) => parse(readFileSync(join(ROOT, `.env.${name}`)));
const VARIABLES = Object.values(SLICES).flatMap((schema) => variablesOf(schema));

function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    return (error as Error).message.split('\n  ').slice(1).sort();
  }
  return [];
}

describe.each(['development', 'staging', 'production'])('.env.%s', (name) => {
  it('names only variables that are read, and is for the environment it is named for', () => {
    const known = new Set(VARIABLES.map((variable) => variable.name));
    expect(Object.keys(profile(name)).filter((variable) => !known.has(variable))).toEqual([]);
    expect(profile(name)['NODE_ENV']).toBe(name);
  });

  it('holds no secret but the one that everybody may know', () => {
    const secrets = VARIABLES.filter(({ secret }) => secret).map((variable) => variable.name);
    const held = secrets.filter((variable) => profile(name)[variable] !== undefined);
    expect(held).toEqual(name === 'development' ? ['JWT_SECRET'] : []);
  });
});

it('.env.development is a whole configuration', () =>
  expect(parseConfig(profile('development'))).toMatchObject({
    database: { type: 'sqlite' },
    storage: { type: 'local' },
    mail: { type: 'log' },
  }));

describe.each(['staging', 'production'])('.env.%s', (name) => {
  const withoutPlaceholders = (text: string) =>
    text.replaceAll('your-', 'acme-').replace(/-instance-id$/, '-0abc');
  const own = Object.fromEntries(
    Object.entries(profile(name)).map(([variable, value]) => [variable, withoutPlaceholders(value)]),
  );
  const secret = { JWT_SECRET: 'what Secrets Manager would hold, and long enough' };

  it('is refused as it is, for its placeholders alone', () => {
    const placeholders = Object.keys(own).filter((variable) => own[variable] !== profile(name)[variable]);
    expect(placeholders.length).toBeGreaterThan(0);
    expect(problemsOf(() => parseConfig({ ...profile(name), ...secret }))).toEqual(
      placeholders
        .map((variable) => `${variable}: still the placeholder of the profile: set it to your own`)
        .sort(),
    );
  });

  it('is the cloud’s once its placeholders are replaced', () =>
    expect(parseConfig({ ...own, ...secret })).toMatchObject({
      storage: { type: 's3', bucket: expect.stringContaining('acme') },
      secrets: { SECRETS_PROVIDER: 'aws' },
      throttling: { THROTTLE_STORE: 'redis' },
      logging: { LOG_TRANSPORT: 'cloudwatch' },
      mail: { type: name === 'production' ? 'ses' : 'log' },
    }));
});
