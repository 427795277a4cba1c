import { isSecretName } from '../cli/doctor/secrets';

/** What is a secret by its looks, whatever it is called. */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ['a token of GitHub', /\b(?:gh[pousr]_\w{36,}|github_pat_\w{22,})/],
  ['a token of Slack', /\bxox[abprs]-[\w-]{10,}|hooks\.slack\.com\/services\/\w+/],
  ['a JSON web token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ['an address with a password', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i],
  ['an age key', /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/],
];

/** Stand-ins that the desk refuses to start production with, and references to what is elsewhere. */
const NO_SECRET = /^(your-|change-?me|dev-secret-key-change-in-production$|\$\{?[A-Z_]+\}?$|env:|\.\.\.)/i;

/** @returns what is in there that looks like a secret; never the secret itself */
export const secretsByShape = (text: string): string[] =>
  SHAPES.flatMap(([what, shape]) => (shape.test(text) ? [what] : []));

/** @returns names of variables that have a secret's name and a value of their own */
export const secretsByName = (values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' && isSecretName(name) && !NO_SECRET.test(value) ? [name] : [],
  );

/** The same of a file of code: `NAME: 'value'`, at any depth. */
export function secretsInCode(code: string): string[] {
  const pairs = [...code.matchAll(/['"]?\b([A-Z][A-Z0-9_]+)\b['"]?\s*[:=]\s*(['"`])((?:(?!\2).)+)\2/g)];
  return secretsByName(Object.fromEntries(pairs.map(([, name = '', , value]) => [name, value])));
}

/** The same of JSON, at any depth. */
export function secretsInJson(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(secretsInJson);
  return [...new Set([...secretsByName(value as Record<string, unknown>), ...inner])];
}
