import { InjectionToken, inject } from '@angular/core';

/** What this deployment is: the same build is told it when it starts, by `/config.json`. */
export interface ClientConfig {
  /** Where the API is: a path of our own origin, or an address; no slash at its end. */
  readonly apiBase: string;
  /** What the desk is called here. */
  readonly name: string;
  /** Empty where it is not known. */
  readonly version: string;
  readonly environment: string;
  readonly features: {
    /** Demo accounts are offered on the sign-in page. */
    readonly demoAccounts: boolean;
    /** Mail can be read in the client, for it goes nowhere else. */
    readonly mailOutbox: boolean;
    /** Customers may make themselves an account. */
    readonly registration: boolean;
  };
}

/** One origin for everything, as on a laptop and behind a CDN that forwards the API. */
export const DEFAULT_CONFIG: ClientConfig = {
  apiBase: '/api',
  name: 'Liftdesk',
  version: '',
  environment: 'production',
  features: { demoAccounts: false, mailOutbox: false, registration: true },
};

export const CLIENT_CONFIG = new InjectionToken<ClientConfig>('CLIENT_CONFIG', {
  providedIn: 'root',
  factory: () => DEFAULT_CONFIG,
});

/** What the desk is called here, for titles and words. */
export function deskName(): string {
  return inject(CLIENT_CONFIG).name;
}

/** Reads `/config.json` as it came: what is missing or makes no sense there is as in `DEFAULT_CONFIG`. */
export function toClientConfig(value: unknown): ClientConfig {
  const given = asRecord(value);
  const features = asRecord(given['features']);
  const words = (name: 'name' | 'version' | 'environment') => {
    const text = given[name];
    return typeof text === 'string' && text.trim() ? text.trim() : DEFAULT_CONFIG[name];
  };
  const flag = (name: keyof ClientConfig['features']) => {
    const value = features[name];
    return typeof value === 'boolean' ? value : DEFAULT_CONFIG.features[name];
  };
  return {
    apiBase: toApiBase(given['apiBase']),
    name: words('name'),
    version: words('version'),
    environment: words('environment'),
    features: {
      demoAccounts: flag('demoAccounts'),
      mailOutbox: flag('mailOutbox'),
      registration: flag('registration'),
    },
  };
}

function toApiBase(value: unknown): string {
  const base = typeof value === 'string' ? value.trim().replace(/\/+$/, '') : '';
  const isPath = /^\/(?!\/)/.test(base);
  const isAddress = /^https?:\/\//.test(base) && URL.canParse(base);
  return isPath || isAddress ? base : DEFAULT_CONFIG.apiBase;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
