import { PROFILES, Synthesised } from './desk';

/** Hashes of what a machine fetches change with every line of it. */
const withoutHashes = (template: unknown): unknown =>
  JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, '<hash>'));

it.each(PROFILES)('%s is the stack that was looked at', (_name, context) =>
  expect(withoutHashes(Synthesised.of(context).template.toJSON())).toMatchSnapshot(),
);
