import { SecretStore } from './secret-store';
import type { FormerSecrets, SecretStoreState, SecretValues } from './secret-store';

/** The variables that it is given: they stay as they are for the life of the process. */
export class EnvSecretStore extends SecretStore {
  override readonly lagMs = 0;
  private readonly given: SecretValues;
  private readonly readAt = Date.now();

  /** @param env names and values; what is undefined or empty is not there */
  constructor(env: Readonly<Record<string, string | undefined>>) {
    super();
    const set = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
    this.given = Object.freeze(Object.fromEntries(set));
  }

  values(): SecretValues {
    return this.given;
  }

  former(): readonly FormerSecrets[] {
    return [];
  }

  async refresh(): Promise<void> {
    // Nothing could have changed.
  }

  state(): SecretStoreState {
    return { provider: 'env', readAt: this.readAt, madeAt: null, failure: null };
  }

  onEvent(): () => void {
    return () => undefined;
  }

  close(): void {
    // Nothing is open.
  }
}
