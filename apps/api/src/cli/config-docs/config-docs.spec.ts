import { capabilities } from './capabilities';
import { exampleOf, renderExample, renderReference } from './render';

const ALL = capabilities().flatMap(({ variables }) => variables);

describe('What is written of the configuration', () => {
  it('has a default or an example for every variable that is no secret', () =>
    expect(
      ALL.filter((variable) => !variable.secret && exampleOf(variable) === '').map(({ name }) => name),
    ).toEqual([]));

  it('marks as secret whatever is named like one, and shows none of it but the form of an address', () => {
    const named = ALL.filter(({ name }) =>
      /SECRET$|SECRET_PREVIOUS|PASSWORD$|TOKEN$|DATABASE_URL/.test(name),
    );
    expect(named.filter(({ secret }) => !secret).map(({ name }) => name)).toEqual([]);
    const examples = renderExample(capabilities());
    for (const { name } of ALL.filter(({ secret }) => secret))
      expect(examples).toMatch(new RegExp(`^#${name}=$`, 'm'));
  });

  it('names each variable once, with every switch under which it is read', () => {
    expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
    const conditionOf = (name: string) => ALL.find((variable) => variable.name === name)?.condition;
    expect(conditionOf('AWS_REGION')).toBe(
      'SECRETS_PROVIDER=aws or STORAGE_TYPE=s3 or LOG_TRANSPORT=cloudwatch',
    );
    expect(conditionOf('UPLOAD_DIR')).toBe('');
  });

  it('says of a default that holds for some transports only that the others need a value', () =>
    expect(renderReference(capabilities())).toMatch(
      /^\| `FROM_EMAIL` \| text \| \S+@\S+ with MAIL_TRANSPORT=log, else \*\*required\*\* \|/m,
    ));

  it('says how a duration is written', () =>
    expect(ALL.filter(({ type }) => type === 'duration').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['JWT_EXPIRES_IN', 'SECRETS_TTL']),
    ));
});
