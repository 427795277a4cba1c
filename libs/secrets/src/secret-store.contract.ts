import type { SecretStore } from './index';

export interface SecretsUnderTest {
  /** Holds `JWT_SECRET` = `a value`, `EMPTY` = '' and nothing else. */
  store: SecretStore;
  close(): Promise<void>;
}

// eslint-disable-next-line no-restricted-properties -- that nothing is written to it is what is tested
const theEnvironment = (): string => JSON.stringify(process.env);

/** The behaviour that every SecretStore has, wherever its values come from. */
export function describeSecretStore(name: string, create: () => Promise<SecretsUnderTest>): void {
  describe(`SecretStore: ${name}`, () => {
    let under: SecretsUnderTest;
    let environment: string;

    beforeAll(async () => {
      environment = theEnvironment();
      under = await create();
    });
    afterAll(() => under.close());

    it('gives values by name, and nothing for a name that it does not have', () => {
      expect(under.store.get('JWT_SECRET')).toBe('a value');
      expect(under.store.get('REDIS_PASSWORD')).toBeUndefined();
      expect(under.store.get('toString')).toBeUndefined();
    });

    it('gives the same frozen values while nothing changes, a refresh between them or not', async () => {
      const before = under.store.values();
      expect(Object.isFrozen(before)).toBe(true);
      await under.store.refresh();
      expect(under.store.values()).toBe(before);
      expect(under.store.former()).toEqual([]);
    });

    it('says when it read them, and that nothing failed', () => {
      const { readAt, failure } = under.store.state();
      expect(failure).toBeNull();
      expect(readAt).toBeLessThanOrEqual(Date.now());
      expect(readAt).toBeGreaterThan(Date.now() - 600_000);
    });

    it('puts no value into the environment of the process', () => {
      expect(theEnvironment()).toBe(environment);
    });

    it('keeps its values when it is closed, which may be done twice, and is refreshed in vain then', async () => {
      const { store } = under;
      store.close();
      store.close();
      await store.refresh();
      expect(store.get('JWT_SECRET')).toBe('a value');
    });
  });
}
