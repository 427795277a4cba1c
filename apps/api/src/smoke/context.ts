import type { Check } from '../cli/doctor/check';
import type { Remote } from '../remote-checks/remote';
import type { LogFinder } from './log-finder';
import type { Visit } from './visit';

/** What every check of a smoke test may use. */
export interface SmokeContext {
  readonly remote: Remote;
  readonly visit: Visit;
  /** The version that should run; null where any will do. */
  readonly expectVersion: string | null;
  /** Where the client's page comes from, where that is not the API's own address. */
  readonly clientOrigin: string;
  /** Wrong sign-ins are tried though they shut out the address they come from. */
  readonly trySignInLimit: boolean;
  /** The reason where no log can be looked into. */
  readonly logs: LogFinder | string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface SmokeCheck extends Check<SmokeContext> {
  /** It changes something, so that it is left out where nothing may be written. */
  readonly writes?: true;
}
