import type { Config } from '../../config/config';
import type { Environment, KnownSecret } from './load';

export type Verdict = 'ok' | 'warning' | 'failure' | 'skipped';

/** What a check found, in plain words. A warning or a failure says why, and what to do. */
export interface Finding {
  readonly verdict: Verdict;
  readonly message: string;
  readonly cause?: string;
  readonly fix?: string;
}

/** What stands behind a warning or a failure. */
export interface Reason {
  readonly cause: string;
  readonly fix: string;
}

/** What every check may read. */
export interface DoctorContext {
  readonly config: Config;
  /** The variables as they were read, without what comes from the secret store. */
  readonly env: Environment;
  /** Where clients reach the deployment. */
  readonly url: URL;
  /** Somebody named the address, so that it is expected to answer. */
  readonly urlGiven: boolean;
  readonly secret: KnownSecret;
  /** Where it was started: relative settings begin here. */
  readonly directory: string;
  /** Authorities (PEM) that are trusted beside this machine's own: in tests. */
  readonly authorities?: string;
  /** Folder above those of the operating system: `/`, except in tests. */
  readonly systemRoot: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** @typeParam Context what the check may read: the configuration for a doctor, an address for who comes from outside */
export interface Check<Context> {
  /** In `--skip`, `--only` and the JSON. */
  readonly name: string;
  /** The case of the troubleshooting guide that it is for. */
  readonly guide?: string;
  /** A check that takes longer has failed; 10,000 by default. */
  readonly timeoutMs?: number;
  /** What it throws is a failure; `explain` says why. */
  run(context: Context, signal: AbortSignal): Promise<Finding> | Finding;
  /** In words for what this check throws; null where it knows nothing better than the general answer. */
  explain?(error: unknown, context: Context): Reason | null;
}

export type DoctorCheck = Check<DoctorContext>;

export const ok = (message: string): Finding => ({ verdict: 'ok', message });
export const skipped = (message: string): Finding => ({ verdict: 'skipped', message });
export const warning = (message: string, reason: Reason): Finding => ({
  verdict: 'warning',
  message,
  ...reason,
});
export const failure = (message: string, reason: Reason): Finding => ({
  verdict: 'failure',
  message,
  ...reason,
});

/** What a check throws where it knows itself what is wrong. */
export class CheckFailedError extends Error {
  constructor(
    message: string,
    readonly reason: Reason,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
