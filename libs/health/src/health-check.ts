/** What a check found; it throws where the thing does not work. `message` is for operators only. */
export interface CheckFinding {
  readonly message?: string;
  /** It works, but somebody should look. */
  readonly warn?: boolean;
}

export interface NamedCheck {
  /** As it stands in the answer: `database`, `storage`, .. */
  readonly name: string;
  /** True where the service cannot serve without it: failing is `unhealthy`, else `degraded`. */
  readonly critical: boolean;
  check(): Promise<CheckFinding> | CheckFinding;
  /** Fails when it took this long; 2,000 by default. */
  readonly timeoutMs?: number;
  /** For how long a finding is given again; 5,000 by default. */
  readonly cacheMs?: number;
}

/** Must hold for traffic to be sent here. */
export interface ReadyCondition {
  readonly name: string;
  /**
   * What speaks against it, in words that anybody may read (`migrations pending`); undefined when all is well.
   * Throwing, or taking too long, is `<name> unavailable`.
   */
  reason(): Promise<string | undefined> | string | undefined;
  /** 2,000 by default. */
  readonly timeoutMs?: number;
}

export interface CheckResult {
  readonly status: 'pass' | 'warn' | 'fail';
  /** Milliseconds that the check took, whole. */
  readonly responseTime: number;
  readonly message?: string;
}

export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  /** Seconds since the process started, whole. */
  readonly uptime: number;
  readonly version: string;
  readonly checks: Record<string, CheckResult>;
}

export type Readiness =
  { readonly status: 'ready' } | { readonly status: 'not ready'; readonly reason: string };
