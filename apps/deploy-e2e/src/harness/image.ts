import { Builds } from './builds';

export const USER = 'ec2-user';
export const APP_DIR = `/home/${USER}/app`;
export const DOMAIN = 'desk.example';
/** What all machines have in common; a package more is nothing that a test should fetch. */
export const COMMON_VARIABLES = { APP_USER: USER, APP_DIR, DOMAIN, SECURITY_UPDATES: 'off' };

/** Where the global set-up has put what all tests of a run have in common. */
const VARIABLE = 'DEPLOY_E2E_PREPARED';

export interface Prepared {
  /** A disk on which a machine was set up: the layer below that of each machine. */
  image: string;
  /** The folder of artefacts. */
  builds: string;
}

/** By hand, to be quick: the variable names what a run that did not end has left. */
export const isPrepared = (): boolean => process.env[VARIABLE] !== undefined;

export function hand(prepared: Prepared): void {
  process.env[VARIABLE] = JSON.stringify(prepared);
}

function prepared(): Prepared {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('Nothing was prepared: jest runs the global set-up first');
  return JSON.parse(text) as Prepared;
}

export const imageOfRun = (): string => prepared().image;
export const buildsOfRun = (): Builds => new Builds(prepared().builds);

const TO_FORGET = Symbol.for('liftdesk.deploy-e2e.to-forget');
type Kept = typeof globalThis & { [TO_FORGET]?: () => Promise<void> };

/** What the end of the run takes away. */
export function forget(takeAway: () => Promise<void>): void {
  (globalThis as Kept)[TO_FORGET] = takeAway;
}

export async function forgetAll(): Promise<void> {
  await (globalThis as Kept)[TO_FORGET]?.();
}

export function asLines(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
