import { PROFILES, Synthesised } from './desk';

/** Hashes of what a machine fetches change with every line of it, and so does the order of what somebody may fetch. */
const withoutHashes = (template: unknown): unknown =>
  JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, '<hash>'), (key, value: unknown) =>
    key === 'Resource' && Array.isArray(value)
      ? value
          .map((one) => JSON.stringify(one))
          .sort()
          .map((one) => JSON.parse(one) as unknown)
      : value,
  );

it.each(PROFILES)('%s is the stack that was looked at', (_name, context) =>
  expect(withoutHashes(Synthesised.of(context).template.toJSON())).toMatchSnapshot(),
);
