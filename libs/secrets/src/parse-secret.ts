import { SecretStoreError } from './secret-store.errors';
import type { SecretValues } from './secret-store';

/**
 * @param text a JSON object of names and texts; numbers and booleans become text
 * @param where for the message
 * @throws SecretStoreError `malformed`, which names what is wrong and quotes nothing: JSON.parse's own message would
 */
export function parseSecret(text: string | undefined, where: string): SecretValues {
  const refuse = (what: string) =>
    new SecretStoreError(
      'malformed',
      `${upperFirst(where)} ${what}: expected a JSON object of variable names and texts`,
    );
  if (text === undefined) throw refuse('is binary');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refuse('is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw refuse('is not a JSON object');
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
      throw refuse(`holds no text under the name ${JSON.stringify(name.slice(0, 60))}`);
    values[name] = String(value);
  }
  return Object.freeze(values);
}

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
