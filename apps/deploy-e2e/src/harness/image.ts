import { Builds } from './builds';

export const USER = 'ec2-user';
export const APP_DIR = `/home/${USER}/app`;
export const VARIABLES_FILE = '/etc/liftdesk/machine.env';

/** Where the global set-up has put what all tests of a run have in common. */
const VARIABLE = 'DEPLOY_E2E_PREPARED';

export interface Prepared {
  /** A disk on which a machine was set up: the layer below that of each machine. */
  image: string;
  /** The folder of artefacts. */
  builds: string;
}

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
