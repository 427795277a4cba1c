import type { SecretStore, SecretValues } from '@liftdesk/secrets';
import { createHmac, hkdfSync } from 'node:crypto';

/** Shorter ones were never signed with; a version of the secret that never worked may hold one. */
const MIN_LENGTH = 16;

interface JwtSecrets {
  JWT_SECRET: string;
  JWT_SECRET_PREVIOUS?: string | undefined;
}

/**
 * The secrets that sign, as they are now. A rotation takes nothing from anybody: what the former secret signed holds as
 * long as it would have lived. What a new one signed holds at once, see `refresh()`.
 */
export class SigningKeys {
  private readonly derived = new Map<string, Uint8Array>();

  /** @param configured counts where the store does not have them */
  constructor(
    private readonly store: SecretStore,
    private readonly configured: JwtSecrets,
    private readonly now: () => number = Date.now,
  ) {}

  /** The secrets for what lives so long, milliseconds. The first one signs, each of them verifies. */
  accepted(lifeMs: number): readonly [string, ...string[]] {
    const since = this.now() - lifeMs - this.store.lagMs;
    const former = this.store.former().filter(({ replacedAt }) => replacedAt > since);
    const current = this.store.get('JWT_SECRET') || this.configured.JWT_SECRET;
    const others = [this.previous(), ...former.map(({ values }) => secretOf(values))];
    const kept = others.filter(
      (secret): secret is string => secret !== undefined && secret.length >= MIN_LENGTH,
    );
    return [...new Set([current, ...kept])] as unknown as [string, ...string[]];
  }

  /** As accepted(), but of use for this purpose alone: no key serves two. */
  acceptedFor(purpose: string, lifeMs: number): readonly Uint8Array[] {
    return this.accepted(lifeMs).map((secret) => this.derive(secret, purpose));
  }

  /** Whoever meets a key that is unknown here asks for it: another process may have been told of it sooner. */
  refresh(): Promise<void> {
    return this.store.refresh();
  }

  private previous(): string | undefined {
    return this.store.get('JWT_SECRET_PREVIOUS') || this.configured.JWT_SECRET_PREVIOUS;
  }

  private derive(secret: string, purpose: string): Uint8Array {
    const id = `${purpose}\n${secret}`;
    const known = this.derived.get(id);
    if (known) return known;
    const key = new Uint8Array(hkdfSync('sha256', secret, 'liftdesk', purpose, 32));
    this.derived.set(id, key);
    return key;
  }
}

/** Names a secret in the header of a token, and tells nothing about it. */
export function keyIdOf(secret: string): string {
  return createHmac('sha256', secret).update('key id').digest('base64url').slice(0, 10);
}

const secretOf = (values: SecretValues): string | undefined => values['JWT_SECRET'];
