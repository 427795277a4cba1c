import type { SettingName } from './settings';

/** A value as it should be, or in words what was expected instead. */
export type Expectation<T> = (value: unknown) => { value: T } | { problem: string };

export interface Reader {
  <T>(name: SettingName, expectation: Expectation<T>, byDefault: T): T;
  <T>(name: SettingName, expectation: Expectation<T>): T | undefined;
}

function matching(pattern: RegExp, problem: string): Expectation<string> {
  return (value) =>
    typeof value === 'string' && pattern.test(value) ? { value } : { problem: `expected ${problem}` };
}

export const oneOf =
  <T extends string>(...choices: T[]): Expectation<T> =>
  (value) =>
    choices.includes(value as T) ? { value: value as T } : { problem: `expected ${choices.join(' or ')}` };

export function number(min: number, max: number): Expectation<number> {
  return (value) => {
    const given = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    const fits = typeof given === 'number' && Number.isInteger(given) && given >= min && given <= max;
    return fits ? { value: given } : { problem: `expected a whole number from ${min} to ${max}` };
  };
}

export const flag: Expectation<boolean> = (value) => {
  if (value === true || value === 'true') return { value: true };
  if (value === false || value === 'false') return { value: false };
  return { problem: 'expected true or false' };
};

export const database: Expectation<'none' | 'beside' | 'used'> = (value) => {
  if (value === 'beside') return { value };
  const given = flag(value);
  if ('problem' in given) return { problem: 'expected true, false or beside' };
  return { value: given.value ? 'used' : 'none' };
};

/** The longest name of a bucket that is made of it has 63 characters. */
export const name = matching(/^[a-z][a-z0-9]{1,11}$/, '2 to 12 small letters and digits, a letter first');

export const email = matching(
  /^[\w.+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i,
  'an address such as support@example.com',
);

export const domain = matching(
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
  'a name such as desk.example.com, in small letters',
);

export const certificate = (region?: string): Expectation<string> =>
  matching(
    new RegExp(`^arn:aws:acm:${region ?? '[a-z0-9-]+'}:\\d{12}:certificate/[\\w-]+$`),
    `the ARN of a certificate of ACM${region ? ` in ${region}` : ''}`,
  );

export const zoneId = matching(/^Z[A-Z0-9]{5,31}$/, 'the id of a hosted zone, such as Z0123456789ABC');

export const instanceType = matching(
  /^(?!t4g|[a-z]+\d+g|t[12]\.|[^t][1-4]\.)[a-z]\d[a-z]*\.[a-z0-9]+$/,
  'a type of machine with an x86_64 processor and Nitro, such as t3.micro',
);

export const repository = matching(/^[\w-]+\/[\w.-]+$/, 'owner/repository');

export const oidcProvider = matching(
  /^arn:aws:iam::\d{12}:oidc-provider\/token\.actions\.githubusercontent\.com$/,
  "the ARN of the account's provider for token.actions.githubusercontent.com",
);

export const webAcl = matching(
  /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/,
  'the ARN of a web ACL for CloudFront, in us-east-1',
);

const RANGE = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Addresses of IPv4, separated by commas: one person's or one office's, not the world's. */
export const addresses: Expectation<readonly string[]> = (value) => {
  const given = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  const fits = Array.isArray(given) && given.length > 0 && given.every(isNarrow);
  return fits
    ? { value: given as string[] }
    : { problem: 'expected addresses such as 203.0.113.7/32, separated by commas, none wider than /16' };
};

function isNarrow(text: unknown): boolean {
  const [, ...parts] = RANGE.exec(String(text)) ?? [];
  const [bits, ...octets] = parts.map(Number).reverse();
  return bits !== undefined && bits >= 16 && bits <= 32 && octets.every((octet) => octet <= 255);
}

const SECRET = /SECRET(?!S_)|PASSWORD|TOKEN|(?:^|_)KEY(?:$|_(?!PREFIX))|DATABASE_URL|SCRATCH_URL/;

/** As an object, or as JSON on the command line. */
export const variables: Expectation<Readonly<Record<string, string>>> = (value) => {
  const given = typeof value === 'string' ? parsed(value) : value;
  const problem =
    'expected an object such as {"APP_NAME":"Acme Care"}: names of variables, and texts of one line';
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return { problem };
  const entries = Object.entries(given);
  const secret = entries.find(([key]) => SECRET.test(key));
  if (secret)
    return { problem: `${secret[0]} is a secret: it belongs into Secrets Manager, not into the stack` };
  const fits = entries.every(
    ([key, text]) => /^[A-Z][A-Z0-9_]*$/.test(key) && /^[^'\n\r\0]*$/.test(String(text)),
  );
  return fits
    ? { value: Object.fromEntries(entries.map(([key, text]) => [key, String(text)])) }
    : { problem };
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
