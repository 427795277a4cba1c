import type { z } from 'zod';
import { SLICES } from '../../config/config';
import { SWITCHES } from '../../config/platform';
import { type Condition, type Variable, variablesOf } from '../../config/variables';

export interface ShownVariable extends Variable {
  /** When it is read, in words; empty for always. */
  condition: string;
}

/** The variables of one capability, as they are shown together. */
export interface Capability {
  title: string;
  variables: ShownVariable[];
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
  backup: 'Backups',
  health: 'Health',
};

/** Every variable that Liftdesk reads, by capability; one that two capabilities read stands with the first. */
export function capabilities(): Capability[] {
  const shown = new Map<string, ShownVariable>();
  return Object.entries(SLICES)
    .map(([name, schema]) => ({
      title: TITLES[name as keyof typeof SLICES],
      variables: shownOf(schema, shown),
    }))
    .filter(({ variables }) => variables.length > 0);
}

/** @param shown by name, what stands with a capability before: it learns when it is read here */
function shownOf(schema: z.ZodType, shown: Map<string, ShownVariable>): ShownVariable[] {
  const all = variablesOf(schema);
  return all.flatMap((variable) => {
    const condition = conditionOf(variable, all);
    const before = shown.get(variable.name);
    if (before) {
      before.condition = before.condition && condition ? `${before.condition} or ${condition}` : '';
      return [];
    }
    const first = { ...variable, condition };
    shown.set(variable.name, first);
    return [first];
  });
}

/** How the default is told: a switch's depends on the platform, another's perhaps on a switch. Null where it must be set. */
export function defaultOf({ name, byDefault, defaultWhen, optional }: Variable): string | null {
  const byPlatform = SWITCHES[name];
  if (byPlatform) return `${byPlatform.local}, with PLATFORM=aws ${byPlatform.aws}`;
  if (byDefault === null || optional || defaultWhen === null) return byDefault;
  return `${byDefault} with ${inWords(defaultWhen)}, else **required**`;
}

function conditionOf({ when }: Variable, all: readonly Variable[]): string {
  if (!when) return '';
  const choices = all.find(({ name }) => name === when.switch)?.type.split(' or ') ?? [];
  return choices.every((choice) => when.values.includes(choice)) ? '' : inWords(when);
}

const inWords = ({ switch: name, values }: Condition): string => `${name}=${values.join(' or ')}`;
