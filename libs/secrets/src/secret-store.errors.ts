/**
 * - `unreachable`: nobody answered, or not in time; trying again may help
 * - `not-found`, `denied`, `malformed`: it will be the same next time, until somebody changes something
 */
export type SecretStoreFailure = 'unreachable' | 'not-found' | 'denied' | 'malformed';

/** Its message is one line for the operator: what, where and what to check, and no part of a secret. */
export class SecretStoreError extends Error {
  override readonly name = 'SecretStoreError';

  constructor(
    readonly failure: SecretStoreFailure,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
