import { z } from 'zod';
import { variablesOf } from './variables';

const SWITCH = z
  .preprocess(
    (env) => env,
    z.discriminatedUnion('STORE', [
      z.object({
        STORE: z.literal('local').describe('Where files are'),
        TTL: z.string().default('1h').describe('Life'),
      }),
      z.object({
        STORE: z.literal('s3'),
        TTL: z.string().default('1h').describe('Life'),
        BUCKET: z.string().min(1).describe('The bucket').meta({ example: 'files' }),
        KEY: z.string().optional().meta({ description: 'A key', secret: true }),
      }),
    ]),
  )
  .transform((env) => env);

describe('The variables of a config schema', () => {
  const byName = new Map(variablesOf(SWITCH).map((variable) => [variable.name, variable]));

  it('are found through preprocessing, unions and transformations', () =>
    expect([...byName.keys()]).toEqual(['STORE', 'TTL', 'BUCKET', 'KEY']));

  it('name every choice of the switch', () =>
    expect(byName.get('STORE')).toMatchObject({ type: 'local or s3', when: null, optional: false }));

  it('say under which value of the switch they are read', () => {
    expect(byName.get('BUCKET')?.when).toEqual({ switch: 'STORE', values: ['s3'] });
    expect(byName.get('TTL')?.when).toEqual({ switch: 'STORE', values: ['local', 's3'] });
  });

  it('have a default, an example, and whether they are secret', () => {
    expect(byName.get('TTL')).toMatchObject({ byDefault: '1h', optional: true });
    expect(byName.get('BUCKET')).toMatchObject({ byDefault: null, optional: false, example: 'files' });
    expect(byName.get('KEY')).toMatchObject({ optional: true, secret: true });
  });

  it('tell a whole number from text', () =>
    expect(
      variablesOf(z.object({ PORT: z.coerce.number().int().default(1).describe('Port') }))[0]?.type,
    ).toBe('whole number'));

  it('must have a description', () =>
    expect(() => variablesOf(z.object({ SECRET_WISH: z.string() }))).toThrow(
      'SECRET_WISH has no description',
    ));
});
