import type { CheckReport } from './runner';

const SECRET_NAME = /SECRET|PASSWORD|TOKEN|(^|_)KEY$|ACCESS_KEY/;
/** Names a place, not a secret. */
const NOT_SECRET = /^SECRETS_/;
const MIN_LENGTH = 6;

/** Whether a variable of this name holds a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !NOT_SECRET.test(name);

/**
 * Takes the values of secrets out of what is shown, whatever put them into a message.
 * @param more values that stand in no variable
 */
export function withoutSecrets(
  reports: readonly CheckReport[],
  env: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): CheckReport[] {
  const values = secretValues(env, more);
  const clean = (text: string): string =>
    values.reduce((shown, value) => shown.replaceAll(value, '***'), text);
  return reports.map((report) => ({
    ...report,
    message: clean(report.message),
    ...(report.cause !== undefined && { cause: clean(report.cause) }),
    ...(report.fix !== undefined && { fix: clean(report.fix) }),
  }));
}

function secretValues(env: Readonly<Record<string, string | undefined>>, more: readonly string[]): string[] {
  const named = Object.entries(env)
    .filter(([name]) => isSecretName(name))
    .map(([, value]) => value ?? '');
  const inUrls = Object.values(env).flatMap((value) => passwordOf(value ?? ''));
  return [...named, ...inUrls, ...more]
    .filter((value) => value.length >= MIN_LENGTH)
    .sort((a, b) => b.length - a.length);
}

function passwordOf(text: string): string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(text)?.[1];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
