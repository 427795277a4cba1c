import type { Response } from 'supertest';

/** The refresh cookie of an answer, as it was set. */
export interface SetCookie {
  /** For the next request's `Cookie` header. */
  header: string;
  value: string;
  /** Names in lower case; flags are `true`. */
  attributes: Record<string, string | true>;
}

/** @throws when the answer sets none */
export function refreshCookieOf(answer: Response): SetCookie {
  const cookies = answer.headers['set-cookie'] as unknown as string[] | undefined;
  const found = cookies?.find((cookie) => cookie.startsWith('liftdesk_refresh='));
  if (!found) throw new Error(`No refresh cookie was set: ${JSON.stringify(answer.headers)}`);
  const [header = '', ...rest] = found.split(';').map((part) => part.trim());
  const attributes = rest.map((part): [string, string | true] => {
    const [name = '', value] = part.split('=');
    return [name.toLowerCase(), value ?? true];
  });
  return {
    header,
    value: header.slice('liftdesk_refresh='.length),
    attributes: Object.fromEntries(attributes),
  };
}
