import type { z } from 'zod';
import { SLICES } from '../../config/config';
import { SWITCHES } from '../../config/platform';
import { Variable, variablesOf } from '../../config/variables';

/** The variables of one capability, as they are shown together. */
export interface Capability {
  title: string;
  variables: Variable[];
}

/** Titles of the slices of the config; a slice without one does not compile. */
const TITLES: Record<keyof typeof SLICES, string> = {
  platform: 'Platform',
  app: 'Application',
  http: 'HTTP',
  client: 'Client',
  database: 'Database',
  secrets: 'Secrets',
  auth: 'Sign-in',
  upload: 'Uploads',
  storage: 'Storage',
  mail: 'Mail',
  notifications: 'Notifications',
  logging: 'Logs',
  redis: 'Redis',
  throttling: 'Throttling',
  pubSub: 'Events between processes',
  events: 'Events to clients',
  health: 'Health',
};

/** Every variable that Liftdesk reads, by capability; one that two capabilities read stands with the first. */
export function capabilities(): Capability[] {
  const seen = new Set<string>();
  const own = (schema: z.ZodType) =>
    variablesOf(schema).filter(({ name }) => !seen.has(name) && seen.add(name));
  return Object.entries(SLICES)
    .map(([name, schema]) => ({ title: TITLES[name as keyof typeof SLICES], variables: own(schema) }))
    .filter(({ variables }) => variables.length > 0);
}

/** How the default is told: a switch's depends on the platform. */
export function defaultOf({ name, byDefault }: Variable): string | null {
  const byPlatform = SWITCHES[name];
  if (byPlatform) return `${byPlatform.local}, with PLATFORM=aws ${byPlatform.aws}`;
  return byDefault;
}

/** When the variable is read, in words; empty for always. */
export function conditionOf({ when }: Variable, all: readonly Variable[]): string {
  if (!when) return '';
  const choices = all.find(({ name }) => name === when.switch)?.type.split(' or ') ?? [];
  if (choices.every((choice) => when.values.includes(choice))) return '';
  return `${when.switch}=${when.values.join(' or ')}`;
}
