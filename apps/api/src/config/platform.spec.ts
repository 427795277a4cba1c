import { StartupError } from '../common/startup-error';
import { parseConfig } from './config';
import { SWITCHES, placeholderProblems, withDefaults } from './platform';

describe('PLATFORM', () => {
  const switchesOf = (env: Record<string, string>) =>
    Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, withDefaults(env)[name]]));

  it('is local unless it is set, with everything on this machine', () =>
    expect(switchesOf({})).toEqual({
      STORAGE_TYPE: 'local',
      SECRETS_PROVIDER: 'env',
      MAIL_TRANSPORT: 'log',
      THROTTLE_STORE: 'memory',
      PUBSUB: 'memory',
      LOG_TRANSPORT: 'file',
    }));

  it('aws turns every switch at once', () =>
    expect(switchesOf({ PLATFORM: 'aws' })).toEqual({
      STORAGE_TYPE: 's3',
      SECRETS_PROVIDER: 'aws',
      MAIL_TRANSPORT: 'ses',
      THROTTLE_STORE: 'redis',
      PUBSUB: 'redis',
      LOG_TRANSPORT: 'cloudwatch',
    }));

  it('leaves alone what is set on its own', () =>
    expect(switchesOf({ PLATFORM: 'aws', PUBSUB: 'memory' })).toMatchObject({
      PUBSUB: 'memory',
      STORAGE_TYPE: 's3',
    }));

  it('and every switch: an empty value is no value', () =>
    expect(withDefaults({ PLATFORM: '', STORAGE_TYPE: '' })).toMatchObject({ STORAGE_TYPE: 'local' }));

  it('that does not exist is refused by name', () => {
    const parse = () =>
      parseConfig({ PLATFORM: 'azure', JWT_SECRET: 'a secret for tests that is long enough' });
    expect(parse).toThrow(StartupError);
    expect(parse).toThrow(/\n {2}PLATFORM: /);
  });
});

describe('A placeholder of a profile', () => {
  it('is refused, and its value is not shown', () => {
    const env = {
      S3_ATTACHMENTS_BUCKET: 'your-app-attachments-production',
      FRONTEND_URL: 'https://desk.example',
    };
    const [problem, ...others] = placeholderProblems(env, Object.keys(env));
    expect(problem).toMatch(/^S3_ATTACHMENTS_BUCKET: still the placeholder/);
    expect(problem).not.toContain('your-app');
    expect(others).toEqual([]);
  });

  it.each([
    'https://your-domain.com',
    'noreply@your-domain.com',
    'your-redis-endpoint.cache.amazonaws.com',
    'i-staging-instance-id',
    'your-super-secure-jwt-secret-key-here',
  ])('%s is one', (value) => expect(placeholderProblems({ X: value }, ['X'])).toHaveLength(1));

  it.each(['mail.your-server.de', 'your-local-secret', 'ours-is-no-instance-id'])('%s is none', (value) =>
    expect(placeholderProblems({ X: value }, ['X'])).toEqual([]),
  );

  it('elsewhere in the environment is nobody’s business', () =>
    expect(placeholderProblems({ EDITOR: 'your-editor' }, ['PORT'])).toEqual([]));
});
