import { DEFAULT_CONFIG, toClientConfig } from './client-config';
import { loadClientConfig } from './load-client-config';

describe('what a deployment is', () => {
  const given = {
    apiBase: 'https://api.example.com/api/',
    name: 'Havn Support',
    version: '1.8.2',
    environment: 'staging',
    features: { demoAccounts: true, mailOutbox: true, registration: false },
  };

  it('is taken as it is told', () => {
    expect(toClientConfig(given)).toEqual({ ...given, apiBase: 'https://api.example.com/api' });
  });

  it.each([null, 'x', [], {}, { features: 'none' }, { name: ' ', apiBase: 5 }])(
    '%j leaves the defaults',
    (value) => expect(toClientConfig(value)).toEqual(DEFAULT_CONFIG),
  );

  it.each(['//evil.example/api', 'api', 'ftp://example.com', 'https://', ''])(
    '%j is no place of an API',
    (base) => expect(toClientConfig({ apiBase: base }).apiBase).toBe('/api'),
  );

  describe('read from /config.json', () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const answer = (fetched: unknown) => Object.assign(globalThis, { fetch: fetched });

    beforeEach(() => {
      warn.mockClear();
      Object.assign(AbortSignal, { timeout: () => new AbortController().signal });
    });
    afterEach(() => delete (globalThis as { fetch?: unknown }).fetch);

    it('is asked for at the place of the page', async () => {
      const asked = jest.fn(() => Promise.resolve({ ok: true, json: () => Promise.resolve(given) }));
      answer(asked);
      expect((await loadClientConfig()).name).toBe('Havn Support');
      expect(String((asked.mock.calls as unknown[][])[0]?.[0])).toBe(`${document.baseURI}config.json`);
      expect(warn).not.toHaveBeenCalled();
    });

    it.each([
      ['missing', () => Promise.resolve({ ok: false, status: 404 })],
      ['broken', () => Promise.resolve({ ok: true, json: () => Promise.reject(new SyntaxError('x')) })],
      ['out of reach', () => Promise.reject(new TypeError('Failed to fetch'))],
    ])('is one origin with the defaults when it is %s, and the console says so once', async (_, fetched) => {
      answer(fetched);
      expect(await loadClientConfig()).toEqual(DEFAULT_CONFIG);
      expect(warn).toHaveBeenCalledTimes(1);
    });
  });
});
