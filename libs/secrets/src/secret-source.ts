import type { SecretValues } from './secret-store';

export interface SecretVersion {
  readonly id: string;
  /** When it was made, milliseconds since 1970. */
  readonly createdAt: number;
  readonly values: SecretValues;
}

/** One question to a service that keeps versions of a secret. */
export interface SecretSource {
  /** For messages: `the secret prod/api in Secrets Manager (us-east-1)`. */
  readonly name: string;
  /** @throws SecretStoreError */
  current(signal: AbortSignal): Promise<SecretVersion>;
  /**
   * The version before the current one; null where there is none, or none that may be read.
   * @throws SecretStoreError when nobody answers
   */
  previous(signal: AbortSignal): Promise<SecretVersion | null>;
  close(): void;
}
