/** Secrets by the names that the environment would have for them. */
export type SecretValues = Readonly<Record<string, string>>;

/** A version of the secrets that another has taken the place of. */
export interface FormerSecrets {
  readonly values: SecretValues;
  /** Milliseconds since 1970. Other processes may have gone on with it for `lagMs` longer. */
  readonly replacedAt: number;
}

export interface SecretStoreState {
  readonly provider: 'env' | 'aws';
  /** When the values were last read, milliseconds since 1970. */
  readonly readAt: number;
  /** When these values were put into the store, milliseconds since 1970; null where nobody knows. */
  readonly madeAt: number | null;
  /** Why the last attempt to read them failed, in one line without any value; null when it did not. */
  readonly failure: string | null;
}

/** What happened to the secrets; names only, never a value. */
export type SecretEvent =
  | { readonly type: 'changed'; readonly names: readonly string[] }
  | { readonly type: 'refresh-failed'; readonly failure: string }
  | { readonly type: 'refresh-recovered' };

/**
 * Where secrets come from: the injection token, and the contract that `describeSecretStore` proves on each
 * implementation. Values are in memory and nowhere else; reading one never waits and never fails.
 */
export abstract class SecretStore {
  /** For how long at most another process may go on with values that this one has replaced already, in milliseconds. */
  abstract readonly lagMs: number;

  /** All values as last read. The same object until one of them changes. */
  abstract values(): SecretValues;

  /** What this process, or the store, remembers of versions before, newest first. */
  abstract former(): readonly FormerSecrets[];

  /**
   * Reads the values again, unless that was tried a few seconds ago: for who meets a key that it does not know.
   * Never rejects: where it fails the values stay, and `state()` says why.
   */
  abstract refresh(): Promise<void>;

  abstract state(): SecretStoreState;

  /** @returns what ends the listening. A listener that throws spoils nothing. */
  abstract onEvent(listener: (event: SecretEvent) => void): () => void;

  /** No more refreshing; the values stay. Calling it twice is fine. */
  abstract close(): void;

  get(name: string): string | undefined {
    const values = this.values();
    return Object.hasOwn(values, name) ? values[name] : undefined;
  }
}
